// Package native holds kernels in C that XLA calls on a CPU: attention, recurrences and products with 16-bit matrices.
// Graphs of XLA's own operations reach a third to two thirds of their speed, since the result of every operation is
// written to memory.
//
//	file         what it holds
//	ffi.h        XLA's foreign function interface
//	kernels.c    the kernels as XLA calls them, with their tasks on XLA's threads
//	jobs.h       the arguments of each kernel, and how its work is cut into tasks
//	simd.h       vectors, their exponential, and the matrix product that the kernels are made of
//	ssd.h, ...   the kernels, compiled for AVX2 and for AVX-512
//
// Package ops calls them, documents what they compute, and has the same computations as graphs. The letters of shapes
// are those of package ops.
package native

// Env is the environment variable that selects the kernels: "off" for none, "avx2" for those for AVX2 on any processor,
// unset or empty for the fastest that the processor runs.
const Env = "LONGSEQ_NATIVE"
