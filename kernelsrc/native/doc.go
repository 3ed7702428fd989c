// Package native holds kernels in C that XLA calls on a CPU: attention, recurrences and products with 16-bit matrices.
// As graphs of XLA's own operations they reach a third to two thirds of their speed, since the result of every
// operation goes through memory.
//
//	file         what it holds
//	ffi.h        XLA's foreign function interface
//	kernels.c    the kernels as XLA calls them, with their tasks on XLA's threads
//	jobs.h       the arguments of each kernel, and how its work is cut into tasks
//	simd.h       vectors, their exponential, and the matrix product that the kernels are made of
//	ssd.h, ...   the kernels, compiled for AVX2 and for AVX-512
//
// Package ops calls them, says what they compute, and computes the same as graphs. The letters of shapes are its own.
package native

// Env names the environment variable that says which kernels are used: "off" none, "avx2" those for AVX2 on any
// processor, and unset or empty the fastest that the processor runs.
const Env = "LONGSEQ_NATIVE"
