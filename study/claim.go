package study

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/goccy/go-yaml"

	"longseq/data"
	"longseq/internal/durable"
	"longseq/internal/input"
	"longseq/internal/strictyaml"
)

// maxResolved is the size that a resolved plan may have, in bytes.
const maxResolved = 4 * maxPlan

// ReadResolved reads the resolved plan of a store. The error is fs.ErrNotExist where there is none.
func ReadResolved(dir string) (Resolved, error) {
	path := filepath.Join(dir, ResolvedFile)
	text, err := input.Read(path, maxResolved)
	if err != nil {
		return Resolved{}, fmt.Errorf("read the plan of store %s: %w", dir, err)
	}
	return parseResolved(path, text)
}

// parseResolved parses the text of a resolved plan's file. The digest must be that of the content.
func parseResolved(path string, text []byte) (Resolved, error) {
	var r Resolved
	if err := strictyaml.Decode(path, text, &r); err != nil {
		return Resolved{}, err
	}
	if digest := r.digest(); digest == "" || digest != r.Digest {
		return Resolved{}, fmt.Errorf("%s: its digest is not that of its content: the file was changed; longseq verify --repair sets it aside", path)
	}
	return r, nil
}

// examine returns an error where dir is the store of another plan, which names the first difference. A store whose plan is
// lost can be adopted if all of its records are of this plan; their number is returned. Nothing is written.
func (r Resolved) examine(dir string) (orphans int, err error) {
	there, err := ReadResolved(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.orphans(dir)
	case errors.Is(err, syscall.ENOTDIR):
		return 0, fmt.Errorf("make store: %s lies below a file; use another folder", dir)
	case err != nil:
		return 0, err
	case there.Digest != r.Digest:
		return 0, fmt.Errorf("store %s: it belongs to another plan: %s; use another folder", dir, difference(there, r))
	}
	return 0, nil
}

// Fits returns an error where dir is the store of another plan, which names the first difference. Nothing is written.
func (r Resolved) Fits(dir string) error {
	_, err := r.examine(dir)
	return err
}

// orphans counts the records of a folder without a plan. All must be of this plan.
func (r Resolved) orphans(dir string) (int, error) {
	store, err := readStore(dir, &r)
	if err != nil {
		return 0, err
	}
	if n := store.count(Strange); n > 0 {
		i := slices.IndexFunc(store.Faults, func(f Fault) bool { return f.Kind == Strange })
		return 0, fmt.Errorf("store %s: it has no %s, and %d of its records are not of this plan, first %s; use another folder",
			dir, ResolvedFile, n, store.Faults[i])
	}
	return len(store.Records), nil
}

// claim makes dir the store of the resolved plan: it writes the plan there, or finds the same plan.
func (r Resolved) claim(dir string) error {
	if err := durable.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("make store: %w", err)
	}
	_, err := ReadResolved(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = r.write(dir)
	}
	if err == nil || errors.Is(err, fs.ErrExist) { // another process has claimed the folder just now
		_, err = r.examine(dir)
	}
	return err
}

// write puts the resolved plan into a folder that has no records but its own. The error is fs.ErrExist if there is one now.
func (r Resolved) write(dir string) error {
	if _, err := r.orphans(dir); err != nil {
		return err
	}
	text, err := yaml.Marshal(r)
	if err != nil {
		return fmt.Errorf("write resolved plan: %w", err)
	}
	if err := durable.WriteNew(filepath.Join(dir, ResolvedFile), text, 0o666); err != nil {
		return fmt.Errorf("write resolved plan: %w", err)
	}
	return nil
}

// members are the cells of a resolved plan, by which a record is known to belong to it. Only the plan is needed, not
// the kinds of its tasks.
type members struct {
	of            Resolved
	models, kinds map[string]string // versions by name
	last          Cell              // asked for
	lastWhy       string            // and the answer
}

func (r Resolved) members() *members {
	return &members{of: r, models: r.digests(), kinds: byName(r.Tasks)}
}

// refuse says why a record is not of the plan, or "".
func (m *members) refuse(r Record) string {
	if c := r.cell(); c != m.last {
		m.last, m.lastWhy = c, ""
		if !m.has(c) {
			m.lastWhy = fmt.Sprintf("cell %.40q (%s) is not of the plan", c.ID, c)
		}
	}
	if m.lastWhy == "" && r.Sample >= m.of.Plan.Samples {
		return fmt.Sprintf("sample %d of %s: the plan has %d a cell", r.Sample, r.cell(), m.of.Plan.Samples)
	}
	return m.lastWhy
}

// has reports whether the cell is of the plan, and has the identity that its parameters give.
func (m *members) has(c Cell) bool {
	p := m.of.Plan
	model, knownModel := m.models[c.Model]
	kind, knownKind := m.kinds[c.Task]
	switch {
	case !knownModel || !knownKind,
		c.Format != "" && !slices.Contains(p.Formats, c.Format),
		!slices.Contains(p.Seeds, c.Seed),
		c.Depth != data.AnyDepth && !slices.Contains(p.Depths, c.Depth),
		c.Distance == 0 && !slices.Contains(p.Lengths, c.Length),
		c.Distance != 0 && (c.Length != 0 || !slices.Contains(p.Distances, c.Distance)):
		return false
	}
	return c.ID == m.of.identity(c, model, kind)
}
