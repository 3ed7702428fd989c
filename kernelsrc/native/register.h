// The version of XLA's foreign function interface that ffi.h describes.
enum { ffi_major = 0, ffi_minor = 3 };

// register_kernels makes the kernels known to a loaded PJRT plugin for CPUs: those for AVX-512 if they are wanted and
// the processor has it. It returns why not, or NULL.
const char* register_kernels(const char* plugin, int avx512);
