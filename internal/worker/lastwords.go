package worker

import (
	"regexp"
	"strings"
)

// Lines that a process writes about itself: what a plugin remarks (in the form of glog) while all is well, and
// how a crash begins.
var (
	remark = regexp.MustCompile(`^[IW]\d{4} `)
	crash  = regexp.MustCompile(`^(panic: |fatal error: |SIG[A-Z]+: |F\d{4} )`)
)

// lastWords returns the line of a log that says why its process has ended: the first line of a crash, before
// its stacks, else the last line that is no remark; empty if there is none.
func lastWords(log string) (line string) {
	for next := range strings.Lines(log) {
		next = strings.TrimSpace(next)
		if next == "" || remark.MatchString(next) {
			continue
		}
		if line = next; crash.MatchString(line) {
			break
		}
	}
	return line
}
