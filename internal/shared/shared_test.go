package shared

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// recorder is a test that keeps what it is skipped or failed with.
type recorder struct {
	testing.TB
	skipped, failed string
}

func (r *recorder) Helper()                        {}
func (r *recorder) Skipf(format string, a ...any)  { r.skipped = fmt.Sprintf(format, a...) }
func (r *recorder) Fatalf(format string, a ...any) { r.failed = fmt.Sprintf(format, a...) }

func TestDirFindsOrSkipsOrFails(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "data"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LONGSEQ_SHARED", root)
	t.Setenv("LONGSEQ_REQUIRE_SHARED", "")
	var found, missing, required recorder
	if got := Dir(&found, "data"); got != filepath.Join(root, "data") || found.skipped != "" {
		t.Errorf("got %s, skipped with %q", got, found.skipped)
	}
	Dir(&missing, "paper/paper.txt")
	if want := "no shared/paper/paper.txt: see internal/shared/README.md for where it comes from"; missing.skipped != want {
		t.Errorf("skipped with %q, want %q", missing.skipped, want)
	}
	if _, err := os.Stat("README.md"); err != nil {
		t.Error(err)
	}
	t.Setenv("LONGSEQ_REQUIRE_SHARED", "1")
	Dir(&required, "paper")
	if required.failed == "" {
		t.Error("not failed where the folder is required")
	}
}
