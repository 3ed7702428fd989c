//go:build !linux

package worker

import "os/exec"

// onShare calls start: the choice of cores is left to the system.
func onShare(_ Share, start func() error) error { return start() }

// dieWithParent changes nothing: this system cannot kill a command with its parent. A worker ends when its
// caller's end of the connection closes.
func dieWithParent(*exec.Cmd) {}
