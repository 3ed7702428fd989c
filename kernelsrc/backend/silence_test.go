package backend

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/klog/v2"
)

func TestGoMLXLogsNothingOnceABackendWasOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stderr")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	usual := os.Stderr
	os.Stderr = file
	defer func() { os.Stderr = usual }()
	b, err := Open("go")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	klog.Error("an error that GoMLX logs")
	klog.Flush()
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || len(text) > 0 {
		t.Errorf("standard error has %q (%v), want nothing", text, err)
	}
}
