package training

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"longseq/internal/durable"
	"longseq/internal/input"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
)

// A Job is one model to train, with where its files lie.
type Job struct {
	Spec
	Origin
	Name    string // of the model: that of its folder, and the one in messages
	Dir     string // the model's folder
	Path    string // of the corpus; empty: Opticks
	Backend string // as --backend
	// Validate asks for a validation of the trained model.
	Validate bool
	// KeepDiverged makes a training that diverges a result: a record without weights, which is not trained again. Else it
	// is an error.
	KeepDiverged bool

	cost float64 // of a step, relative
}

// Cost is roughly how long a step takes, relative to other jobs.
func (p Job) Cost() float64 { return p.cost }

// beside returns a hidden path beside the model's folder.
func (p Job) beside(suffix string) string {
	dir, name := filepath.Split(p.Dir)
	return filepath.Join(dir, "."+name+"."+suffix)
}

// unfinished is the folder of the snapshot. The model's own folder appears when the model is finished.
func (p Job) unfinished() string { return p.beside("unfinished") }

// draft is the folder in which the files of the finished model are written.
func (p Job) draft() string { return p.beside("draft") }

// diverged is the folder of the record of a training that diverged.
func (p Job) diverged() string { return p.beside("diverged") }

// aside is where a damaged model goes: a path that does not exist.
func (p Job) aside() string {
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
// A model of another specification is an [*Other], and a folder with what no training wrote an error.
func (p Job) state() (state, error) {
	var s state
	r, err := ReadRecord(p.Dir)
	var system *fs.PathError
	switch {
	case err == nil && !p.same(r.Spec):
		return s, &Other{Name: p.Name, Dir: p.Dir, Difference: p.difference(r.Spec)}
	case err == nil && r.Step < p.Recipe.Steps:
		err = errors.New("it is unfinished, of an earlier version")
	case err == nil:
		if err = r.check(p.Dir); err == nil {
			return state{kept: kept{Record: r}, finished: true}, nil
		}
	case errors.Is(err, fs.ErrNotExist):
		if err = p.strange(); err != nil {
			return s, err
		}
		entries, readErr := os.ReadDir(p.Dir)
		if readErr == nil && len(entries) > 0 {
			err = errors.New(recordFile + " is missing")
		}
	case errors.As(err, &system):
		return s, fmt.Errorf("train %s: %w", p.Name, err)
	}
	if err != nil {
		s.damage = fmt.Sprintf("train %s: %s is damaged: %v; it is trained again, and what is there goes to %s", p.Name, p.Dir, err, p.aside())
	}
	if r, err := ReadRecord(p.diverged()); err == nil && p.KeepDiverged && p.same(r.Spec) {
		return state{kept: kept{Record: r}, finished: true}, nil
	}
	if err := p.findSnapshot(&s); err != nil {
		return s, err
	}
	return s, nil
}

// Other is the error of a folder that holds a model of another specification.
type Other struct {
	Name       string // of the job
	Dir        string // of the model
	Unfinished bool
	Difference string // "recipe.steps is 1800 there, 900 here"
}

func (e *Other) Error() string {
	if e.Unfinished {
		return fmt.Sprintf("train %s: %s holds an unfinished model of another recipe, seed or corpus (%s); use another folder, or delete that one", e.Name, e.Dir, e.Difference)
	}
	return fmt.Sprintf("train %s: %s holds a model of another recipe, seed or corpus (%s); use another folder", e.Name, e.Dir, e.Difference)
}

// strange returns an error if the model's folder, which has no training record, holds a file that no training writes, or
// the configuration of another model: it is somebody else's.
func (p Job) strange() error {
	entries, _ := os.ReadDir(p.Dir) // what cannot be read is not there, or is damaged
	for _, e := range entries {
		if !slices.Contains(modelFiles, e.Name()) {
			return fmt.Errorf("train %s: %s holds %s, which no training wrote, and no %s: it is not touched; use another folder", p.Name, p.Dir, e.Name(), recordFile)
		}
	}
	text, err := input.Read(filepath.Join(p.Dir, "config.json"), maxConfig)
	if err != nil {
		return nil
	}
	task, err := p.rows()
	if err != nil {
		return err
	}
	want, err := p.model(task)
	if err != nil {
		return err
	}
	if there, err := lcmodels.ParseConfig(text); err == nil && (there.Name() != want.Name() || lcmodels.Params(there) != lcmodels.Params(want)) {
		return fmt.Errorf("train %s: %s holds a %s of %d parameters without %s, not this model: it is not touched; use another folder",
			p.Name, p.Dir, there.Name(), lcmodels.Params(there), recordFile)
	}
	return nil
}

// maxConfig is the size that a config.json may have, in bytes.
const maxConfig = 1 << 20

// model returns the configuration that the job trains on rows.
func (p Job) model(task rows) (lcmodels.Architecture, error) {
	if len(p.Config) > 0 {
		return lcmodels.ParseConfig(p.Config)
	}
	return task.tiny(p.Architecture)
}

// findSnapshot adds what the snapshot has.
func (p Job) findSnapshot(s *state) error {
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
			s.damage = fmt.Sprintf("train %s: %v; it is trained again from the first step", p.Name, err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("train %s: %w", p.Name, err)
	}
	if !p.same(s.Record.Spec) {
		return &Other{Name: p.Name, Dir: p.unfinished(), Unfinished: true, Difference: p.difference(s.Record.Spec)}
	}
	s.snapshot = true
	return nil
}

// publish moves the draft to the model's folder and removes the snapshot. What is in the folder, if anything, goes
// aside.
func (p Job) publish() error {
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
	for _, left := range []string{p.unfinished(), p.diverged()} {
		if err == nil {
			err = durable.RemoveAll(left)
		}
	}
	if err != nil {
		return fmt.Errorf("train %s: %w", p.Name, err)
	}
	return nil
}
