// Package shared finds files for tests that this repository must not contain: texts and vocabularies of others, outputs
// made from them, and trained checkpoints. README.md beside this file lists them.
package shared

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir returns the path of name, a file or folder of the shared folder. That is $LONGSEQ_SHARED, or the
// folder shared beside the checkout. Where name is missing, the test is skipped with one line that says
// what is missing and how to get it, or failed if LONGSEQ_REQUIRE_SHARED is 1.
func Dir(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("LONGSEQ_SHARED")
	if root == "" {
		_, file, _, _ := runtime.Caller(0)
		root = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared")
	}
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("LONGSEQ_REQUIRE_SHARED") == "1" {
			t.Fatalf("LONGSEQ_REQUIRE_SHARED is 1 and there is no shared/%s: %v", name, err)
		}
		t.Skipf("no shared/%s: see internal/shared/README.md for where it comes from", name)
	}
	return path
}
