package engine

import (
	"strings"
	"testing"
)

func TestOnlyTracesOfCrashesAreHeldBack(t *testing.T) {
	const trace = "panic: oh no\n\ngoroutine 1 [running]:\nmain.main()\n"
	for _, c := range []struct {
		name    string
		written []string // in the pieces in which it arrives
		passed  string
		crash   string
	}{
		{"text", []string{"a\n", "b"}, "a\nb", ""},
		{"a trace", []string{trace}, "", trace},
		{"a trace behind text", []string{"a\n", trace}, "a\n", trace},
		{"a trace in the same piece", []string{"a\n" + trace}, "a\n", trace},
		{"a trace in pieces", []string{trace[:20], trace[20:]}, "", trace},
		{"its first word within a line", []string{"no panic: oh\n"}, "no panic: oh\n", ""},
		{"its first word after a piece of a line", []string{"no ", "panic: oh\n"}, "no panic: oh\n", ""},
		{"a line that only begins like one", []string{"panic: not really\n"}, "", ""},
		{"too much for a trace", []string{"panic: a\n", strings.Repeat("goroutine x\n", maxTrace/10)}, "panic: a\n" + strings.Repeat("goroutine x\n", maxTrace/10), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newTraceFilter(func(text string) string { return text })
			var passed string
			for _, text := range c.written {
				passed += string(f.pass([]byte(text)))
			}
			if passed != c.passed {
				t.Errorf("passed %q, want %q", passed, c.passed)
			}
			if crash, ok := f.crash(); ok != (c.crash != "") || crash != c.crash {
				t.Errorf("crash %v %q, want %q", ok, crash, c.crash)
			}
			if all := strings.Join(c.written, ""); passed+string(f.held) != all {
				t.Errorf("%q of %q is lost", passed+string(f.held), all)
			}
		})
	}
}
