// Package backendtest opens backends for tests.
package backendtest

import (
	"os"
	"testing"

	"longseq/kernelsrc/backend"
)

// Open opens the backend that choice names, as backend.Open does. If it is not there, the test is
// skipped with a line that says what to install, or failed if LONGSEQ_REQUIRE_SHARED=1.
func Open(t testing.TB, choice string) *backend.Backend {
	t.Helper()
	b, err := backend.Open(choice)
	if err == nil {
		return b
	}
	if os.Getenv("LONGSEQ_REQUIRE_SHARED") == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
	return nil
}
