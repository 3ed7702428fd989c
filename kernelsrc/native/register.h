// The version of XLA's foreign function interface that ffi.h describes.
enum { ffi_major = 0, ffi_minor = 3 };

// register_kernels registers the kernels with a loaded PJRT plugin for CPUs: those for AVX-512 if avx512 is set and the
// processor has it, else those for AVX2. It returns NULL, or why it could not.
const char* register_kernels(const char* plugin, int avx512);
