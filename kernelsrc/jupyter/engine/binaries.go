package engine

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// maxBinaries is how many binaries of a notebook are kept for cells that are run again.
const maxBinaries = 8

// binaries are the programs that were built last, the newest at the end.
type binaries struct {
	list []binary
}

type binary struct {
	key  [sha256.Size]byte // of its source and the state of its build
	path string
}

func binaryKey(source, state string) [sha256.Size]byte {
	return sha256.Sum256([]byte(state + "\x00" + source))
}

// find returns the binary of a program that was built in the same state; see builder.state. The empty state is unknown.
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

// place returns the path for the binary of a program, and removes the oldest binary if there are too many.
func (k *binaries) place(dir, source, state string) string {
	key := binaryKey(source, state)
	path := filepath.Join(dir, fmt.Sprintf("program-%x", key[:8]))
	k.drop(path)
	k.list = append(k.list, binary{key, path})
	if len(k.list) > maxBinaries {
		os.Remove(k.list[0].path)
		k.list = slices.Delete(k.list, 0, 1)
	}
	return path
}

// setState records the state in which a binary was built, once it is known.
func (k *binaries) setState(path, source, state string) {
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
