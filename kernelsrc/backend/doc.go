// Package backend opens the machinery that computes a graph: XLA on a CUDA device, XLA on the CPU, or
// GoMLX's pure Go. It says what it found and what to do about what it did not find.
//
// Whatever this project needs beyond GoMLX's public interface lives here, one idea a file, each with the
// version of GoMLX that it was written for: the gradients of Dot and DotGeneral (vjp.go), buffers that
// are updated in place (donate.go), and loops inside a graph (loop.go). What touches private fields is
// in private.go alone; it tests itself, and where the test fails the pure-graph forms are used.
package backend
