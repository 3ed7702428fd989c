// Package powerloss plays back what a program changed in a folder, with a loss of power at every moment.
//
// Power is lost after each change. Of the changes that no fsync had made sure of by then, any may be lost: a change of
// a file's content is sure after an fsync of the file, a change of a name after an fsync of its folder. The states are
//
//	the first of these changes kept and the rest lost, for every number of first ones, the last write whole or half
//	the same with names kept and only contents lost, as a file system does that writes names first
//	the same with contents kept and only names lost
//
// As in "All File Systems Are Not Created Equal" (Pillai et al. 2014), but for the states that only a certain file
// system has.
package powerloss

import (
	"hash/maphash"
	"sync"
	"testing"

	"longseq/internal/durable"
)

// Log is what was changed in a folder through package durable.
type Log struct {
	root   string
	ignore []string
	before *node
	stop   func()

	mu    sync.Mutex
	ops   []durable.Op
	marks []int // length of ops at each mark
}

// State is the content of the folder after a loss of power.
type State struct {
	// Marks is how many times Mark had been called by then.
	Marks int
	tree  *node
}

// Watch begins the log of a folder, without some of the names in it.
func Watch(t testing.TB, root string, ignore ...string) *Log {
	t.Helper()
	l := &Log{root: root, ignore: ignore}
	l.before = l.now(t)
	l.stop = durable.Record(func(op durable.Op) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ops = append(l.ops, op)
	})
	t.Cleanup(l.stop)
	return l
}

// Mark notes that something is finished now, which no later loss of power may take away.
func (l *Log) Mark() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.marks = append(l.marks, len(l.ops))
}

// States ends the log and returns the different states, and how many there were with equal ones counted. Changes that
// did not go through package durable fail the test: they are not in the log.
func (l *Log) States(t testing.TB) (states []State, all int) {
	t.Helper()
	l.stop()
	end := l.now(t)
	seed := maphash.MakeSeed()
	type key struct {
		hash  uint64
		marks int
	}
	seen := map[key]bool{}
	sure := l.sure()
	for power := range len(l.ops) + 1 { // lost after so many changes
		marks := 0
		for marks < len(l.marks) && l.marks[marks] <= power {
			marks++
		}
		var open []int // changes that may be lost
		for i := range power {
			if sure[i] >= power {
				open = append(open, i)
			}
		}
		try := func(keep func(i int, op durable.Op) (durable.Op, bool)) *node {
			all++
			tree := l.play(power, keep)
			if k := (key{tree.hash(seed), marks}); !seen[k] {
				seen[k] = true
				states = append(states, State{marks, tree})
			}
			return tree
		}
		whole := try(func(_ int, op durable.Op) (durable.Op, bool) { return op, true })
		if power == len(l.ops) {
			if path := difference(whole, end); path != "" {
				t.Fatalf("%s%s is not as the log has it: it was changed in another way than by package durable", l.root, path)
			}
		}
		for _, first := range open {
			lost := func(i int) bool { return i >= first && sure[i] >= power }
			try(func(i int, op durable.Op) (durable.Op, bool) { return op, !lost(i) })
			try(func(i int, op durable.Op) (durable.Op, bool) { return op, !lost(i) || !ofContent(op) })
			try(func(i int, op durable.Op) (durable.Op, bool) { return op, !lost(i) || ofContent(op) })
			if l.ops[first].Kind == durable.Wrote {
				try(func(i int, op durable.Op) (durable.Op, bool) {
					if i == first {
						op.Data = op.Data[:len(op.Data)/2]
					}
					return op, !lost(i) || i == first
				})
			}
		}
	}
	return states, all
}

// now is what is in the folder now.
func (l *Log) now(t testing.TB) *node {
	t.Helper()
	n, err := read(l.root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range l.ignore {
		delete(n.entries, name)
	}
	return n
}

func ofContent(op durable.Op) bool { return op.Kind == durable.Wrote || op.Kind == durable.Truncated }

// play returns the folder after the first changes, those that keep does not keep left out.
func (l *Log) play(first int, keep func(i int, op durable.Op) (durable.Op, bool)) *node {
	s := system{l.root, l.before.clone(), map[int]*node{}}
	for i, op := range l.ops[:first] {
		kept, ok := keep(i, op)
		if ok {
			s.apply(kept)
		} else if dir, _ := s.at(op.Path); op.Kind == durable.Created && dir != nil {
			s.files[op.File] = &node{} // it is written, but has no name
		}
	}
	return s.tree
}

// sure returns, for each change, the number of the fsync that makes sure of it, or len(ops) where there is none.
func (l *Log) sure() []int {
	s := system{l.root, l.before.clone(), map[int]*node{}}
	sure := make([]int, len(l.ops))
	open := map[*node][]int{} // changes since the last fsync of a file or folder
	left := make([]int, len(l.ops))
	for i, op := range l.ops {
		sure[i] = len(l.ops)
		nodes := s.apply(op)
		switch op.Kind {
		case durable.Synced, durable.FolderSynced:
			for _, n := range nodes {
				for _, change := range open[n] {
					if left[change]--; left[change] == 0 {
						sure[change] = i
					}
				}
				open[n] = nil
			}
		default:
			left[i] = len(nodes)
			for _, n := range nodes {
				open[n] = append(open[n], i)
			}
			if len(nodes) == 0 {
				sure[i] = -1 // nothing that could be lost
			}
		}
	}
	return sure
}

// Write makes the state's content in the folder dir, which is empty.
func (s State) Write(t testing.TB, dir string) {
	t.Helper()
	if err := s.tree.write(dir); err != nil {
		t.Fatal(err)
	}
}
