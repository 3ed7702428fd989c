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
	"unsafe"
)

// Register makes the kernels known to the PJRT plugin for CPUs that was loaded from path. An error says why they
// cannot be used there.
func Register(path string) error {
	text := C.CString(path)
	defer C.free(unsafe.Pointer(text))
	if why := C.register_kernels(text); why != nil {
		return errors.New(C.GoString(why))
	}
	return nil
}
