// Package backend opens what computes a graph: XLA on a CUDA device, XLA on the CPU, or GoMLX's pure Go. It says what
// it found, and what to install where something is missing.
//
// It also holds what this project needs beyond GoMLX's public interface, one idea a file, each with the version of
// GoMLX that it was written for:
//
//	vjp.go             gradients of matrix products that are matrix products
//	customgradient.go  gradients of several outputs with respect to several inputs
//	loop.go            loops inside a graph
//	native.go          calls of the C kernels of package native
//	donate.go          buffers that are updated in place
//	precision_xla.go   products of float32 in full precision on a GPU
//	private.go         the private fields of GoMLX that these reach
//
// Loops test themselves when they are first asked for. Where that fails, package ops computes the same without them.
package backend
