// Package shared finds the folder of goldens and real corpora that lies beside the checkout, for tests.
package shared

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir returns the path of name inside the shared folder. It is looked for in $LONGSEQ_SHARED, then
// beside the checkout. Where it is missing the test is skipped with a line that says so, or failed
// if LONGSEQ_REQUIRE_SHARED=1.
func Dir(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("LONGSEQ_SHARED")
	if root == "" {
		_, file, _, _ := runtime.Caller(0)
		root = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("LONGSEQ_REQUIRE_SHARED") == "1" {
			t.Fatalf("shared/%s is required and not there: %v", name, err)
		}
		t.Skipf("shared/%s is not there (set LONGSEQ_SHARED to its folder): skipped", name)
	}
	return path
}
