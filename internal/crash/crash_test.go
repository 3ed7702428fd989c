package crash

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestAPanicBecomesALineAndAReport(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	err := Guard(func() error {
		var list []int
		list[len(list)] = 1
		return nil
	})
	text := Text(fmt.Errorf("sweep: %w", err), []string{"sweep", "plan.yaml"})
	const want = "sweep: a mistake in this program: runtime error: index out of range [0] with length 0; the report is in "
	path, ok := strings.CutPrefix(text, want)
	if !ok {
		t.Fatalf("got %s, want %s...", text, want)
	}
	report, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"sweep" "plan.yaml"`, "index out of range", "crash_test.go"} {
		if !strings.Contains(string(report), part) {
			t.Errorf("the report has no %s:\n%s", part, report)
		}
	}
}

func TestAnErrorStaysAsItIs(t *testing.T) {
	failed := errors.New("failed")
	if err := Guard(func() error { return failed }); err != failed {
		t.Errorf("got %v", err)
	}
	if text := Text(failed, nil); text != "failed" {
		t.Errorf("got %s", text)
	}
}
