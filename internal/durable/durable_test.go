package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"longseq/internal/durable"
	"longseq/internal/durable/powerloss"
)

// content returns what is at path, or "" for nothing.
func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}

func TestAFileIsTheOldOrTheNewOneWheneverPowerIsLost(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a", "b", "file")
	log := powerloss.Watch(t, root)
	if err := durable.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"old", "new and longer"} {
		if err := durable.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		log.Mark()
	}
	if err := durable.Symlink("b/file", filepath.Join(root, "a", "link")); err != nil {
		t.Fatal(err)
	}
	log.Mark()
	if err := durable.RemoveAll(filepath.Join(root, "a", "b")); err != nil {
		t.Fatal(err)
	}
	log.Mark()
	states, all := log.States(t)
	t.Logf("%d states, %d of them different", all, len(states))
	for _, s := range states {
		dir := t.TempDir()
		s.Write(t, dir)
		got := content(t, filepath.Join(dir, "a", "b", "file"))
		allowed := [][]string{{"", "old"}, {"old", "new and longer"}, {"new and longer"}, {"new and longer", ""}, {""}}[s.Marks]
		ok := false
		for _, want := range allowed {
			ok = ok || got == want
		}
		if !ok {
			t.Errorf("after %d finished steps the file holds %q, want one of %q", s.Marks, got, allowed)
		}
		if _, err := os.Lstat(filepath.Join(dir, "a", "link")); s.Marks >= 3 && err != nil {
			t.Errorf("the link is lost: %v", err)
		}
	}
}

func TestAFileThatWasNotSyncedIsFoundToBeLost(t *testing.T) {
	root := t.TempDir()
	draft, path := filepath.Join(root, "draft"), filepath.Join(root, "file")
	log := powerloss.Watch(t, root)
	f, err := durable.OpenFile(draft, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("content")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := durable.Rename(draft, path); err != nil {
		t.Fatal(err)
	}
	log.Mark()
	states, _ := log.States(t)
	lost := map[string]bool{}
	for _, s := range states {
		dir := t.TempDir()
		s.Write(t, dir)
		if _, err := os.Stat(filepath.Join(dir, "file")); err == nil {
			lost[content(t, filepath.Join(dir, "file"))] = true
		}
	}
	for _, want := range []string{"", "con", "content"} {
		if !lost[want] {
			t.Errorf("no state has the file with %q", want)
		}
	}
}

func TestAPendingFileThatIsNotCommittedLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := durable.Create(filepath.Join(dir, "file"), 0o640)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if err := f.Cleanup(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v is left, error %v", entries, err)
	}
	if f, err = durable.Create(filepath.Join(dir, "file"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := f.Cleanup(); err != nil {
		t.Errorf("after Commit: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "file"))
	if err != nil || info.Mode().Perm() != 0o640&^umask(t) {
		t.Errorf("permissions %v, error %v", info, err)
	}
}

// umask is what new files of this process do not get.
func umask(t *testing.T) fs.FileMode {
	t.Helper()
	path := filepath.Join(t.TempDir(), "all")
	f, err := os.OpenFile(path, os.O_CREATE, 0o777)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return 0o777 &^ info.Mode().Perm()
}
