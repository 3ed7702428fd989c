//go:build unix && !linux

package worker

// awaitEnd returns when the process has ended and its parent has waited for it.
func awaitEnd(pid int) { pollEnd(pid) }
