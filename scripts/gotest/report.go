package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json; see go doc test2json.
type event struct {
	Action, Package, Test, Output string
}

// line is a line that a test printed, or its package if test is empty.
type line struct{ test, text string }

// results are those of one package: the printed lines in order, and the last action of each test.
type results struct {
	lines   []line
	actions map[string]string
}

// report prints packages as they end and counts their tests.
type report struct {
	out, log        io.Writer
	running         map[string]*results
	passed, failed  int
	packages, wrong int
	skips           map[string]*skips
}

// skips counts tests that were skipped for the same reason: they lack files that come from the same place.
type skips struct {
	tests int
	lacks []string
}

func newReport(out, log io.Writer) *report {
	return &report{out: out, log: log, running: map[string]*results{}, skips: map[string]*skips{}}
}

// add processes a line of go test -json. It prints a line that is not JSON.
func (r *report) add(raw []byte) {
	var e event
	if !bytes.HasPrefix(raw, []byte("{")) || json.Unmarshal(raw, &e) != nil {
		r.out.Write(raw)
		r.log.Write(raw)
		return
	}
	io.WriteString(r.log, e.Output)
	if e.Package == "" { // output of the compiler
		io.WriteString(r.out, e.Output)
		return
	}
	p := r.running[e.Package]
	if p == nil {
		p = &results{actions: map[string]string{}}
		r.running[e.Package] = p
	}
	switch e.Action {
	case "output":
		p.lines = append(p.lines, line{e.Test, e.Output})
	case "run":
		p.actions[e.Test] = e.Action
	case "pass", "fail", "skip":
		if e.Test != "" {
			p.actions[e.Test] = e.Action
			return
		}
		delete(r.running, e.Package)
		r.finish(p, e.Action == "fail")
	}
}

// finish prints a package and counts its tests.
func (r *report) finish(p *results, failed bool) {
	if len(p.actions) > 0 {
		r.packages++
	}
	if failed {
		r.wrong++
	}
	for _, l := range p.lines {
		action := p.actions[l.test]
		switch {
		case !failed && !(l.test == "" && isStatus(l.text)):
		case action == "pass" || action == "skip" || strings.HasPrefix(l.text, "=== "):
		default:
			io.WriteString(r.out, l.text)
		}
	}
	parents := map[string]bool{}
	for test := range p.actions {
		for i, c := range test {
			if c == '/' {
				parents[test[:i]] = true
			}
		}
	}
	for test, action := range p.actions {
		switch {
		case parents[test]:
		case action == "pass":
			r.passed++
		case action == "skip":
			r.skip(p.reason(test))
		default: // failed, or running when the package ended
			r.failed++
		}
	}
}

// isStatus reports whether a line is the one that go test prints for a package that passed.
func isStatus(text string) bool {
	return strings.HasPrefix(text, "ok  \t") || strings.HasPrefix(text, "?   \t")
}

// logLine matches a line of a test's log: file, line number and text.
var logLine = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+: (.*)\n?$`)

// reason returns the last line that a skipped test logged.
func (p *results) reason(test string) string {
	reason := "no reason given"
	for _, l := range p.lines {
		if m := logLine.FindStringSubmatch(l.text); l.test == test && m != nil {
			reason = m[1]
		}
	}
	return reason
}

// skip counts a skipped test. Its reason has the form "no THING: how to get it", or any other.
func (r *report) skip(reason string) {
	lack, how, ok := strings.Cut(strings.TrimPrefix(reason, "no "), ": ")
	if !ok || !strings.HasPrefix(reason, "no ") {
		lack, how = "", reason
	}
	s := r.skips[how]
	if s == nil {
		s = &skips{}
		r.skips[how] = s
	}
	s.tests++
	if lack != "" && !slices.Contains(s.lacks, lack) {
		s.lacks = append(s.lacks, lack)
	}
}

// end prints the packages that did not end, and the counts.
func (r *report) end() {
	for _, name := range slices.Sorted(maps.Keys(r.running)) {
		r.finish(r.running[name], true)
	}
	skipped := 0
	for _, s := range r.skips {
		skipped += s.tests
	}
	fmt.Fprintf(r.out, "== packages: %d", r.packages)
	if r.wrong > 0 {
		fmt.Fprintf(r.out, ", %d FAILED", r.wrong)
	}
	fmt.Fprintf(r.out, "; tests: %d ran, ", r.passed+r.failed)
	if r.failed > 0 {
		fmt.Fprintf(r.out, "%d FAILED, ", r.failed)
	}
	fmt.Fprintf(r.out, "%d skipped", skipped)
	byCount := slices.SortedFunc(maps.Keys(r.skips), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.skips[b].tests, r.skips[a].tests), cmp.Compare(a, b))
	})
	for _, how := range byCount {
		s := r.skips[how]
		fmt.Fprintf(r.out, "\n   %d skipped: ", s.tests)
		if len(s.lacks) > 0 {
			slices.Sort(s.lacks)
			fmt.Fprintf(r.out, "no %s: ", strings.Join(s.lacks, ", "))
		}
		fmt.Fprint(r.out, how)
	}
	fmt.Fprintln(r.out)
}
