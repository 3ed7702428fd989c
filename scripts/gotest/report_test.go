package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/events.jsonl is the output of go test -json for a package that passes, one that fails and panics, one that
// does not build and one without tests, without times and stacks.
func TestOnlyFailuresArePrintedAndAllIsCounted(t *testing.T) {
	events, err := os.ReadFile("testdata/events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	r := newReport(&out, &log)
	for line := range bytes.Lines(events) {
		r.add(line)
	}
	r.end()
	want := `go: a line that is not JSON
# m/c [m/c.test]
c/c.go:2:23: cannot use "x" (untyped string constant) as int value in return statement
ok  	m/a	0.003s
    b_test.go:4: a hint
    b_test.go:4: wrong
--- FAIL: TestBad/worse (0.00s)
--- FAIL: TestBad (0.00s)
--- FAIL: TestDies (0.00s)
panic: no such device [recovered, repanicked]

FAIL	m/b	0.005s
FAIL	m/c [build failed]
?   	m/d	[no test files]
== packages: 2, 2 FAILED; tests: 6 ran, 2 FAILED, 3 skipped
   2 skipped: no shared/data, shared/paper: see README.md
   1 skipped: needs -slow
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"quiet\n", "b_test.go:4: nothing\n", "ok  \tm/a", "cannot use", "not JSON"} {
		if !strings.Contains(log.String(), text) {
			t.Errorf("the log does not hold %q", text)
		}
	}
}

func TestAPackageThatNeverEndedIsPrinted(t *testing.T) {
	var out, log bytes.Buffer
	r := newReport(&out, &log)
	r.add([]byte(`{"Action":"run","Package":"m/a","Test":"TestHangs"}` + "\n"))
	r.add([]byte(`{"Action":"output","Package":"m/a","Test":"TestHangs","Output":"waiting\n"}` + "\n"))
	r.end()
	want := "waiting\n== packages: 1, 1 FAILED; tests: 1 ran, 1 FAILED, 0 skipped\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestTheStatusIsThatOfGoTest(t *testing.T) {
	var out bytes.Buffer
	log := filepath.Join(t.TempDir(), "log")
	status, err := run([]string{"-log", log, "./nothing"}, &out)
	if status != 1 || err != nil {
		t.Errorf("status %d, error %v, want 1 for a folder that is not there", status, err)
	}
	said, err := os.ReadFile(log)
	if err != nil || !strings.Contains(out.String(), "FAIL\t./nothing [setup failed]") || !strings.Contains(string(said), "setup failed") {
		t.Errorf("printed %q, logged %q, error %v", out.String(), said, err)
	}
}
