package backend

import (
	"errors"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// Native returns nil if graphs of this backend can call the kernels of package native, else why they cannot. The first
// call registers them with XLA.
func (b *Backend) Native() error {
	if b.native == nil {
		return errors.New("only XLA on a CPU calls native kernels")
	}
	return b.native()
}

// CallNative adds a call of a native kernel to the graph of its inputs and returns the kernel's results, which have the
// given shapes. It has no gradient: give it one with CustomGradient. HasNative of the graph must hold.
func CallNative(kernel string, inputs []*Node, results ...shapes.Shape) []*Node {
	return callNative(kernel, inputs, results, false)
}

// CallNativeInPlace is CallNative of a kernel whose results take the buffers of as many first inputs, of the same shapes, which
// XLA copies before where they are needed afterwards.
func CallNativeInPlace(kernel string, inputs []*Node, results ...shapes.Shape) []*Node {
	return callNative(kernel, inputs, results, true)
}

// HasNative reports whether a graph can call native kernels.
func HasNative(g *Graph) bool {
	b, ok := g.Backend().(*Backend)
	return ok && b.Native() == nil
}
