package worker

import (
	"regexp"
	"strings"
)

// Lines that a process writes on standard error: remark is an informational or warning line of a plugin, in the form
// of glog, and crashed begins the trace of a crash.
var (
	remark  = regexp.MustCompile(`^[IW]\d{4} `)
	crashed = regexp.MustCompile(`^(panic: |fatal error: |SIG[A-Z]+: |F\d{4} )`)
)

// lastWords returns the line of a log that says why its process ended: the first line of a crash, otherwise the last
// line that is not a remark, or "" if there is none.
func lastWords(log string) (line string) {
	for next := range strings.Lines(log) {
		next = strings.TrimSpace(next)
		if next == "" || remark.MatchString(next) {
			continue
		}
		if line = next; crashed.MatchString(line) {
			break
		}
	}
	return line
}
