//go:build cgo && linux

package backend

/*
#include <malloc.h>

// With its defaults, glibc gives what a program of XLA frees back to the kernel and gets it again for the next run, page by
// page, which is up to half of the time of a training step. This lets it keep up to 1 GiB. It is said before main, since
// a thread keeps the arena that it has.
__attribute__((constructor)) static void keep_freed(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);             // other arenas consist of heaps of 64 MB, which are unmapped when they are free
  mallopt(M_MMAP_MAX, 0);              // a mapping of its own is unmapped when it is freed
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}
*/
import "C"
