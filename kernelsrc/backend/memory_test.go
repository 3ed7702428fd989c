package backend

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAvailableMemoryIsReadFromTheSystemsTable(t *testing.T) {
	free, known := availableMemory([]byte("MemTotal:       24576000 kB\nMemFree:  100 kB\nMemAvailable:    2048 kB\n"))
	if !known || free != 2<<20 {
		t.Errorf("%d bytes are free (known: %v), want 2 MB", free, known)
	}
	if _, known := availableMemory([]byte("MemTotal: 1 kB\n")); known {
		t.Error("known without a line that says so")
	}
}

func TestAContainersLimitCountsWithoutItsFileCache(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("memory.current", "700\n")
	write("memory.max", "max\n")
	if _, limited := freeInGroup(folder); limited {
		t.Error("limited by max")
	}
	write("memory.max", "1000\n")
	write("memory.stat", "anon 300\nfile 400\n")
	if left, limited := freeInGroup(folder); !limited || left != 700 {
		t.Errorf("%d bytes are left (limited: %v), want 700", left, limited)
	}
}
