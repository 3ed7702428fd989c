//go:build !unix

package verbs

import (
	"os"
	"syscall"
)

// stopSignals ask the program to finish what it has in hand and to end.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}
