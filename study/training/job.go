package training

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"longseq/internal/durable"
	"longseq/lcmodels/train"
)

// A job is one model to train, with where its files lie.
type job struct {
	Spec
	Path    string // of the corpus; empty: Opticks
	Dir     string // of the model
	Backend string // as --backend

	cost float64 // of a step, relative
}

// beside returns a hidden path beside the model's folder.
func (p job) beside(suffix string) string {
	dir, name := filepath.Split(p.Dir)
	return filepath.Join(dir, "."+name+"."+suffix)
}

// unfinished is the folder of the snapshot. The model's own folder appears when the model is finished.
func (p job) unfinished() string { return p.beside("unfinished") }

// draft is the folder in which the files of the finished model are written.
func (p job) draft() string { return p.beside("draft") }

// aside is where a damaged model goes: a path that does not exist.
func (p job) aside() string {
	path := p.beside("damaged")
	for i := 2; ; i++ {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path
		}
		path = p.beside(fmt.Sprintf("damaged-%d", i))
	}
}

// state is what earlier runs have left of a job.
type state struct {
	kept     // of a finished model: its record; of an unfinished one: what its snapshot has
	finished bool
	snapshot bool
	// damage says in a line what is damaged and what becomes of it, or is empty.
	damage string
}

// kept is what a snapshot keeps beside the weights.
type kept struct {
	Record Record
	// Sum adds the steps since the last point of the curve.
	Sum CurvePoint
}

// state finds what earlier runs have left. It compares the digests of a finished model and the checksum of a snapshot.
// A model of another specification is an error.
func (p job) state() (state, error) {
	var s state
	r, err := ReadRecord(p.Dir)
	var system *fs.PathError
	switch {
	case err == nil && !p.same(r.Spec):
		return s, fmt.Errorf("train %s: %s holds a model of another recipe, seed or corpus; use another folder", p.Architecture, p.Dir)
	case err == nil && r.Step < p.Recipe.Steps:
		err = errors.New("it is unfinished, of an earlier version")
	case err == nil:
		if err = r.check(p.Dir); err == nil {
			return state{kept: kept{Record: r}, finished: true}, nil
		}
	case errors.Is(err, fs.ErrNotExist):
		entries, readErr := os.ReadDir(p.Dir)
		if err = nil; readErr == nil && len(entries) > 0 {
			err = errors.New(recordFile + " is missing")
		}
	case errors.As(err, &system):
		return s, fmt.Errorf("train %s: %w", p.Architecture, err)
	}
	if err != nil {
		s.damage = fmt.Sprintf("train %s: %s is damaged: %v; it is trained again, and what is there goes to %s", p.Architecture, p.Dir, err, p.aside())
	}
	if err := p.findSnapshot(&s); err != nil {
		return s, err
	}
	return s, nil
}

// findSnapshot adds what the snapshot has.
func (p job) findSnapshot(s *state) error {
	found, err := train.ReadSnapshot(p.unfinished())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil:
		if err = json.Unmarshal(found.Note, &s.kept); err != nil {
			err = fmt.Errorf("%w: %w", train.ErrDamaged, err)
		}
	}
	if errors.Is(err, train.ErrDamaged) {
		s.kept = kept{}
		if s.damage == "" {
			s.damage = fmt.Sprintf("train %s: %v; it is trained again from the first step", p.Architecture, err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("train %s: %w", p.Architecture, err)
	}
	if !p.same(s.Record.Spec) {
		return fmt.Errorf("train %s: %s holds an unfinished model of another recipe, seed or corpus; use another folder, or delete that one", p.Architecture, p.unfinished())
	}
	s.snapshot = true
	return nil
}

// publish moves the draft to the model's folder and removes the snapshot. What is in the folder, if anything, goes
// aside.
func (p job) publish() error {
	entries, err := os.ReadDir(p.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err != nil:
	case len(entries) > 0:
		err = durable.Rename(p.Dir, p.aside())
	default:
		err = durable.Remove(p.Dir)
	}
	if err == nil {
		err = durable.Rename(p.draft(), p.Dir)
	}
	if err == nil {
		err = durable.RemoveAll(p.unfinished())
	}
	if err != nil {
		return fmt.Errorf("train %s: %w", p.Architecture, err)
	}
	return nil
}
