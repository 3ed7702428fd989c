//go:build unix

package verbs

import (
	"os"
	"syscall"
)

// stopSignals ask the program to finish what it has in hand and to end. Slurm can be told to send SIGUSR1 before the time
// limit, and sends SIGTERM at it.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1}
