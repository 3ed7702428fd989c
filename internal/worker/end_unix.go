//go:build unix && !linux

package worker

// awaitEnd returns when the process has ended.
func awaitEnd(pid int) { watch(pid) }
