//go:build tools

package longseq

import (
	_ "github.com/gomlx/gomlx/backends/simplego"
	_ "github.com/gomlx/gomlx/backends/xla"
	_ "github.com/gomlx/go-xla/pkg/stablehlo"
	_ "github.com/spf13/cobra"
	_ "github.com/schollz/progressbar/v3"
	_ "github.com/jedib0t/go-pretty/v6/table"
	_ "github.com/goccy/go-yaml"
	_ "github.com/parquet-go/parquet-go"
	_ "github.com/google/renameio/v2"
	_ "gonum.org/v1/gonum/stat"
	_ "gonum.org/v1/plot"
	_ "gonum.org/v1/plot/vg/vgpdf"
	_ "gonum.org/v1/plot/vg/vgsvg"
	_ "gonum.org/v1/plot/vg/vgimg"
	_ "gonum.org/v1/plot/vg/vgeps"
	_ "github.com/go-zeromq/zmq4"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/tools/imports"
	_ "golang.org/x/text/unicode/norm"
	_ "golang.org/x/term"
	_ "golang.org/x/sys/unix"
	_ "honnef.co/go/tools/cmd/staticcheck"
	_ "k8s.io/klog/v2"
	_ "github.com/gomlx/go-huggingface/hub"
)
