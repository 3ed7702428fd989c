//go:build cgo && linux && amd64

package native

/*
#cgo CFLAGS: -O3 -Wall
#cgo LDFLAGS: -ldl -lm
#include <stdlib.h>
#include "register.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"unsafe"
)

// Register registers the kernels that Env names with the PJRT plugin for CPUs that was loaded from path. An error says
// why they cannot be used there.
func Register(path string) error {
	avx512 := C.int(1)
	switch set := os.Getenv(Env); set {
	case "":
	case "avx2":
		avx512 = 0
	case "off":
		return fmt.Errorf("%s is off", Env)
	default:
		return fmt.Errorf("%s is %q: must be off, avx2 or nothing", Env, set)
	}
	text := C.CString(path)
	defer C.free(unsafe.Pointer(text))
	if reason := C.register_kernels(text, avx512); reason != nil {
		return errors.New(C.GoString(reason))
	}
	return nil
}
