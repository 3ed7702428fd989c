package engine

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// keptBinaries is how many binaries of a notebook are kept for cells that are run again.
const keptBinaries = 8

// binaries are the programs built last, the newest at the end.
type binaries struct {
	list []binary
}

type binary struct {
	key  [sha256.Size]byte
	path string
}

func binaryKey(source, state string) [sha256.Size]byte {
	return sha256.Sum256([]byte(state + "\x00" + source))
}

// find returns the binary of a program that was built in the same state of everything else.
func (k *binaries) find(source, state string) (string, bool) {
	key := binaryKey(source, state)
	at := slices.IndexFunc(k.list, func(b binary) bool { return b.key == key })
	if state == "" || at < 0 {
		return "", false
	}
	found := k.list[at]
	k.list = append(slices.Delete(k.list, at, at+1), found)
	return found.path, true
}

// place returns where the binary of a program is to be put, and removes the oldest.
func (k *binaries) place(dir, source, state string) string {
	key := binaryKey(source, state)
	path := filepath.Join(dir, fmt.Sprintf("program-%x", key[:8]))
	k.drop(path)
	k.list = append(k.list, binary{key, path})
	if len(k.list) > keptBinaries {
		os.Remove(k.list[0].path)
		k.list = slices.Delete(k.list, 0, 1)
	}
	return path
}

// know notes the state in which a binary was built, once that is known.
func (k *binaries) know(path, source, state string) {
	for i := range k.list {
		if k.list[i].path == path {
			k.list[i].key = binaryKey(source, state)
		}
	}
}

// drop forgets a binary.
func (k *binaries) drop(path string) {
	k.list = slices.DeleteFunc(k.list, func(b binary) bool { return b.path == path })
}
