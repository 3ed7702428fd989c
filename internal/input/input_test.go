package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAFileIsReadUpToItsLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path, 5); err != nil || string(got) != "12345" {
		t.Errorf("at the limit: %q, %v", got, err)
	}
	if _, err := Read(path, 4); err == nil || !strings.HasSuffix(err.Error(), "file has 5 bytes: the limit is 4") {
		t.Errorf("above the limit: %v", err)
	}
	if _, err := Read(path+"s", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestWhatIsNoFileIsAnErrorAtOnce(t *testing.T) {
	dir := t.TempDir()
	pipe, zero, sparse := filepath.Join(dir, "pipe"), filepath.Join(dir, "zero"), filepath.Join(dir, "sparse")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink("/dev/zero", zero), os.WriteFile(sparse, nil, 0o600), os.Truncate(sparse, 5<<30)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir:    "is a directory",
		zero:   "zero is a device: want a file",
		sparse: "sparse has 5368709120 bytes: the limit is 1000",
		pipe:   "pipe is a pipe that nobody writes to",
	} {
		done := make(chan error, 1)
		go func() {
			_, err := Read(path, 1000)
			done <- err
		}()
		select {
		case err := <-done:
			if err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%s: %v, want %s", path, err, want)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s: still reading", path)
		}
	}
	if _, err := Regular(pipe); err == nil || !strings.HasSuffix(err.Error(), "pipe is not a regular file") {
		t.Errorf("a pipe for a file: %v", err)
	}
}

func TestAPipeIsReadUntilItsWriterCloses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		file.WriteString("one ")
		time.Sleep(20 * time.Millisecond)
		file.WriteString("two")
		file.Close()
	}()
	if got, err := Read(path, 7); err != nil || string(got) != "one two" {
		t.Errorf("%q, %v", got, err)
	}
}
