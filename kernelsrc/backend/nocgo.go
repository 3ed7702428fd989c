//go:build !cgo

package backend

import (
	"errors"

	"github.com/gomlx/gomlx/backends"
)

// hasXLA tells whether this program was built with XLA, which needs cgo.
const hasXLA = false

// openXLA is never reached without cgo: find has refused before.
func openXLA(kind, string) (raw backends.Backend, device, version string, err error) {
	return nil, "", "", errors.New("built without cgo")
}
