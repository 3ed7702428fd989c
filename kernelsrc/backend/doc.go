// Package backend opens the backend that computes graphs: XLA on a CUDA device, XLA on the CPU, or GoMLX's pure Go.
// Its errors name what to install.
//
// It also extends GoMLX beyond its public interface, one extension a file, each with the version of GoMLX that it was
// written for:
//
//	vjp.go             gradients of matrix products that are matrix products
//	customgradient.go  gradients of several outputs with respect to several inputs
//	loop.go            loops inside a graph
//	native.go          calls of the C kernels of package native
//	donate.go          buffers that are updated in place
//	precision_xla.go   products of float32 in full precision on a GPU
//	private.go         the private fields of GoMLX that these reach
//
// Loops are tested by running one before their first use. If the test fails, package ops computes the same without
// loops.
package backend
