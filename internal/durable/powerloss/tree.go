package powerloss

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"longseq/internal/durable"
)

// node is a file, a symbolic link or a folder.
type node struct {
	entries map[string]*node // of a folder, else nil
	link    string           // what a link points to
	data    []byte           // never changed in place: trees share it
}

func folder() *node { return &node{entries: map[string]*node{}} }

// read returns what is at path.
func read(path string) (*node, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		n := folder()
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if n.entries[e.Name()], err = read(filepath.Join(path, e.Name())); err != nil {
				return nil, err
			}
		}
		return n, nil
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		return &node{link: target}, err
	}
	data, err := os.ReadFile(path)
	return &node{data: data}, err
}

// write makes the content of a folder at path, which exists.
func (n *node) write(path string) error {
	for name, child := range n.entries {
		to := filepath.Join(path, name)
		var err error
		switch {
		case child.entries != nil:
			if err = os.Mkdir(to, 0o777); err == nil {
				err = child.write(to)
			}
		case child.link != "":
			err = os.Symlink(child.link, to)
		default:
			err = os.WriteFile(to, child.data, 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *node) clone() *node {
	c := &node{link: n.link, data: n.data}
	if n.entries != nil {
		c.entries = make(map[string]*node, len(n.entries))
		for name, child := range n.entries {
			c.entries[name] = child.clone()
		}
	}
	return c
}

// list calls on with every file, link and folder in n, in the order of their paths.
func (n *node) list(path string, on func(path string, n *node)) {
	for _, name := range slices.Sorted(maps.Keys(n.entries)) {
		child := n.entries[name]
		on(path+"/"+name, child)
		child.list(path+"/"+name, on)
	}
}

// hash is equal for equal trees.
func (n *node) hash(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	n.list("", func(path string, n *node) {
		fmt.Fprintf(&h, "%q %t %q %d ", path, n.entries != nil, n.link, len(n.data))
		h.Write(n.data)
	})
	return h.Sum64()
}

// difference names the first path in which two trees differ, or is empty.
func difference(a, b *node) string {
	var first string
	of := func(n *node) map[string]*node {
		all := map[string]*node{}
		n.list("", func(path string, n *node) { all[path] = n })
		return all
	}
	left, right := of(a), of(b)
	for _, path := range slices.Sorted(maps.Keys(left)) {
		x, y := left[path], right[path]
		if y == nil || (x.entries == nil) != (y.entries == nil) || x.link != y.link || !bytes.Equal(x.data, y.data) {
			first = path
			break
		}
	}
	for _, path := range slices.Sorted(maps.Keys(right)) {
		if left[path] == nil && (first == "" || path < first) {
			first = path
		}
	}
	return first
}

// system is a file system in memory to which changes are applied.
type system struct {
	root  string // absolute path of tree
	tree  *node
	files map[int]*node // by the numbers of open files
}

// at returns the folder of a path with the path's last name, or nil if it is not there.
func (s *system) at(path string) (*node, string) {
	rel, err := filepath.Rel(s.root, path)
	if err != nil || rel == "." || strings.HasPrefix(rel, "..") {
		return nil, ""
	}
	parts := strings.Split(rel, string(filepath.Separator))
	n := s.tree
	for _, part := range parts[:len(parts)-1] {
		if n = n.entries[part]; n == nil || n.entries == nil {
			return nil, ""
		}
	}
	return n, parts[len(parts)-1]
}

// find returns what is at a path, or nil.
func (s *system) find(path string) *node {
	if path == s.root {
		return s.tree
	}
	dir, name := s.at(path)
	if dir == nil {
		return nil
	}
	return dir.entries[name]
}

// apply makes a change. A change of what is not there, because an earlier change was lost, is lost too. It returns the
// file whose content has changed or was synced, or the folders whose names have changed or were synced.
func (s *system) apply(op durable.Op) []*node {
	switch op.Kind {
	case durable.Wrote, durable.Truncated, durable.Synced:
		n := s.files[op.File]
		if n == nil {
			return nil // of a file elsewhere
		}
		switch op.Kind {
		case durable.Wrote:
			data := make([]byte, max(len(n.data), int(op.At)+len(op.Data)))
			copy(data, n.data)
			copy(data[op.At:], op.Data)
			n.data = data
		case durable.Truncated:
			data := make([]byte, op.At)
			copy(data, n.data)
			n.data = data
		}
		return []*node{n}
	case durable.FolderSynced:
		if n := s.find(op.Path); n != nil {
			return []*node{n}
		}
		return nil
	}
	dir, name := s.at(op.Path)
	if dir == nil {
		return nil
	}
	switch op.Kind {
	case durable.Opened:
		if s.files[op.File] = dir.entries[name]; s.files[op.File] == nil {
			s.files[op.File] = &node{}
		}
		return nil
	case durable.Created:
		s.files[op.File] = &node{}
		dir.entries[name] = s.files[op.File]
	case durable.Mkdir:
		dir.entries[name] = folder()
	case durable.SymbolicLink:
		dir.entries[name] = &node{link: op.To}
	case durable.HardLink:
		if to := s.find(op.To); to != nil {
			dir.entries[name] = to
		}
	case durable.Removed:
		delete(dir.entries, name)
	case durable.Moved:
		to, new := s.at(op.To)
		if to == nil || dir.entries[name] == nil {
			return nil
		}
		to.entries[new] = dir.entries[name]
		delete(dir.entries, name)
		if to != dir {
			return []*node{dir, to}
		}
	}
	return []*node{dir}
}
