//go:build !(cgo && linux && amd64)

package native

import "errors"

// Register returns an error: there are no kernels for this platform.
func Register(string) error {
	return errors.New("there are kernels for Linux on x86-64 alone, built with cgo")
}
