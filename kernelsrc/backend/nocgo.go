//go:build !cgo

package backend

import (
	"errors"

	"github.com/gomlx/gomlx/backends"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// hasXLA reports whether this program was built with XLA, which needs cgo.
const hasXLA = false

// openXLA is never reached without cgo: find returns an error before.
func openXLA(kind, string) (raw backends.Backend, device, version string, err error) {
	return nil, "", "", errors.New("built without cgo")
}

// builder is the type of XLA's builder, which does not exist without cgo.
type builder struct{}

// runLoop is never reached without cgo: there are no loops.
func runLoop(Loop, Step) (last, outputs []*Node) {
	panic(errors.New("built without cgo: there are no loops"))
}

// callNative is never reached without cgo: there are no native kernels.
func callNative(string, []*Node, []shapes.Shape, bool) []*Node {
	panic(errors.New("built without cgo: there are no native kernels"))
}

// Extensions is empty without cgo: there are none.
func Extensions(*Graph) []string { return nil }

// allowDonation: without XLA nothing is updated in place.
func allowDonation([]*Node, func(int) bool) {}
