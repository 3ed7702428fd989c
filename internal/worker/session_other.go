//go:build !unix

package worker

import "os/exec"

// newSession changes nothing: this system has no sessions.
func newSession(*exec.Cmd) {}

// awaitEnd is never called: no daemon is started on this system.
func awaitEnd(int) {}
