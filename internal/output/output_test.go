package output

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestTheFileBehindALinkIsReplacedAndTheLinkStays(t *testing.T) {
	dir := t.TempDir()
	link, to := filepath.Join(dir, "link"), filepath.Join(dir, "folder", "file")
	if err := errors.Join(os.Mkdir(filepath.Dir(to), 0o700), os.Symlink(filepath.Join("folder", "file"), link)); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"the link leads nowhere yet", "it leads to a file"} {
		if err := Write(link, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := content(t, to); got != text {
			t.Errorf("the file holds %q, want %q", got, text)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("the link became %v, %v", info.Mode(), err)
		}
	}
	if got := names(t, filepath.Dir(to)); got != "file" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestADeviceAndAPipeAreWrittenToAndStay(t *testing.T) {
	dir := t.TempDir()
	null, pipe := filepath.Join(dir, "null"), filepath.Join(dir, "pipe")
	if err := errors.Join(os.Symlink(os.DevNull, null), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := Write(null, []byte("dropped"), 0o600); err != nil {
		t.Error(err)
	}
	seekable, err := CreateSeekable(null, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seekable.WriteAt([]byte("x"), 1000); err != nil {
		t.Error(err)
	}
	if err := errors.Join(seekable.Commit(), seekable.Close()); err != nil {
		t.Error(err)
	}
	for _, create := range []func(string, os.FileMode) (*File, error){Create, CreateSeekable} {
		got := make(chan string)
		go func() { got <- content(t, pipe) }()
		f, err := create(pipe, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("through")); err != nil {
			t.Error(err)
		}
		if err := f.Commit(); err != nil {
			t.Error(err)
		}
		if text := <-got; text != "through" {
			t.Errorf("the pipe gave %q", text)
		}
	}
	for path, want := range map[string]os.FileMode{null: os.ModeCharDevice, pipe: os.ModeNamedPipe} {
		if info, err := os.Stat(path); err != nil || info.Mode()&want == 0 {
			t.Errorf("%s became %v, %v", path, info.Mode(), err)
		}
	}
	if got := names(t, dir); got != "null pipe" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestWhatIsNotCommittedLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	undo, err := Folder(filepath.Join(dir, "a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a", "b", "c", "file")
	f, err := Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	undo()
	if got := names(t, dir); got != "" {
		t.Errorf("the folder holds %s", got)
	}
	undo, err = Folder(filepath.Join(dir, "kept", "made"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "kept", "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	undo()
	if got := names(t, filepath.Join(dir, "kept")); got != "file" {
		t.Errorf("beside a file of others, undo left %q", got)
	}
}

func TestAFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := Write(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("after")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != "before" {
		t.Errorf("before the commit: %q", got)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("close after commit: %v", err)
	}
	if got := content(t, path); got != "after" {
		t.Errorf("after the commit: %q", got)
	}
	if _, err := Create(filepath.Dir(path), 0o600); err == nil || !strings.HasSuffix(err.Error(), "is a folder: want a file") {
		t.Errorf("a folder: %v", err)
	}
}
