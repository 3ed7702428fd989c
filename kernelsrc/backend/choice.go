package backend

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// kind is a kind of backend: XLA for one platform, or pure Go.
type kind string

const (
	kindCPU  kind = "xla:cpu"
	kindCUDA kind = "xla:cuda"
	kindGo   kind = "go"
	// kindOther is XLA for another device, by a plugin that the user names.
	kindOther kind = "xla:other"
)

// choice is the backend that the user chose.
type choice struct {
	text   string // as the user wrote it
	kinds  []kind // in order of preference, at least one
	plugin string // absolute path of a plugin, if the user named one
}

// parseChoice parses "", "xla", "xla:cpu", "xla:cuda", "xla:/abs/plugin.so" or "go".
func parseChoice(text string) (choice, error) {
	c := choice{text: text}
	switch text {
	case "":
		c.kinds = []kind{kindCUDA, kindCPU, kindGo}
		return c, nil
	case "xla":
		c.kinds = []kind{kindCUDA, kindCPU}
		return c, nil
	case string(kindCPU), string(kindCUDA), string(kindGo):
		c.kinds = []kind{kind(text)}
		return c, nil
	}
	path, isXLA := strings.CutPrefix(text, "xla:")
	if !isXLA || !filepath.IsAbs(path) {
		return c, fmt.Errorf("unknown backend %q: it must be xla:cpu, xla:cuda, xla:/absolute/path/of/plugin.so or go", text)
	}
	if strings.Contains(path, ",") {
		return c, fmt.Errorf("plugin path %q holds a comma, which GoMLX reads as an option: rename it", path)
	}
	c.plugin = path
	c.kinds = []kind{kindOf(path)}
	return c, nil
}

// otherNames are parts of the file names of plugins for AMD's, Intel's, Apple's and Google's devices.
var otherNames = []string{"rocm", "oneapi", "sycl", "xpu", "metal", "mtl", "libtpu"}

// kindOf returns the kind of a plugin, by its file name: that of the CPU where the name says nothing else.
func kindOf(path string) kind {
	name := strings.ToLower(filepath.Base(path))
	has := func(part string) bool { return strings.Contains(name, part) }
	switch {
	case has("cpu"):
		return kindCPU
	case slices.ContainsFunc(otherNames, has):
		return kindOther
	case has("cuda") || has("nvidia") || has("gpu"):
		return kindCUDA
	}
	return kindCPU
}
