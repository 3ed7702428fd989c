//go:build !linux

package worker

import "os/exec"

// onShare leaves the choice of cores to the system.
func onShare(_ Share, start func() error) error { return start() }

// dieWithParent: other systems have no such thing; there a worker ends when its caller's end of the
// connection closes.
func dieWithParent(*exec.Cmd) {}
