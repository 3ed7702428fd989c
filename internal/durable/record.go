package durable

import (
	"bytes"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// An Op is a change of the file system, or an fsync.
type Op struct {
	Kind Kind
	// Path is the absolute path of the changed name, and To that of its new name, or what a link points to.
	Path, To string
	// File numbers the open file of a change of content.
	File int
	// At is the position of the written Data, in bytes, or the size of a truncated file.
	At   int64
	Data []byte
}

// Kind is a kind of change.
type Kind int

// The kinds of changes. Created and Opened begin the changes of an open file; Wrote, Truncated and Synced are of its
// content, all others of names.
const (
	Created Kind = iota
	Opened
	Wrote
	Truncated
	Synced
	Mkdir
	Moved
	SymbolicLink
	HardLink
	Removed
	FolderSynced
)

var (
	active   atomic.Bool
	ids      atomic.Int64
	recorder struct {
		sync.Mutex
		on func(Op)
	}
)

// Record calls on after each change that is made by this package, one at a time, until stop is called. It is for
// tests, one at a time.
func Record(on func(Op)) (stop func()) {
	set := func(on func(Op)) {
		recorder.Lock()
		defer recorder.Unlock()
		recorder.on = on
		active.Store(on != nil)
	}
	set(on)
	return func() { set(nil) }
}

func recording() bool { return active.Load() }

func nextID() int { return int(ids.Add(1)) }

// note passes a change to the recorder.
func note(op Op) {
	if !recording() {
		return
	}
	op.Path = absolute(op.Path)
	if op.Kind == Moved || op.Kind == HardLink {
		op.To = absolute(op.To)
	}
	op.Data = bytes.Clone(op.Data)
	recorder.Lock()
	defer recorder.Unlock()
	if recorder.on != nil {
		recorder.on(op)
	}
}

func absolute(path string) string {
	if path == "" {
		return ""
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
