package scripts

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The notices of what is not ours are found from the root.
func TestTheRootsNoticeNamesEveryOther(t *testing.T) {
	root, err := os.ReadFile("../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != ".." && strings.HasPrefix(name, "."):
			return filepath.SkipDir
		case name == "NOTICE" && path != filepath.Join("..", "NOTICE"):
			found++
			if rest := filepath.ToSlash(strings.TrimPrefix(path, "../")); !strings.Contains(string(root), "\n"+rest+"\n") {
				t.Errorf("NOTICE does not name %s", rest)
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d notices below the root, error %v", found, err)
	}
	licence, err := os.ReadFile("../LICENSE")
	if err != nil || !strings.Contains(string(licence), "Apache License\n                           Version 2.0, January 2004") {
		t.Errorf("LICENSE is not the Apache License, Version 2.0; error %v", err)
	}
}
