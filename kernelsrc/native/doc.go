// Package native holds kernels in C that XLA calls on a CPU: attention and recurrences, which graphs of its own
// operations compute at a third to two thirds of what the processor can do, because every product of theirs goes
// through memory.
//
//	file         what it holds
//	ffi.h        XLA's foreign function interface
//	kernels.c    the kernels as XLA calls them, shared out among its threads
//	jobs.h       what each kernel is given, cut into tasks
//	simd.h       vectors, their exponential, and the matrix product that the kernels are made of
//	ssd.h, ...   the kernels, compiled for AVX2 and for AVX-512
//
// Package ops and the attention of package lcmodels call them, say what they compute, and have the same as graphs.
package native

// Env names the environment variable that says which kernels are used: "avx2" those for AVX2 on any processor, "off"
// none, nothing the best.
const Env = "LONGSEQ_NATIVE"
