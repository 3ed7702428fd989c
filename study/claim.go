package study

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"

	"longseq/data"
	"longseq/internal/durable"
	"longseq/internal/input"
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
	if err := decodeStrictly(text, &r); err != nil {
		return Resolved{}, atPosition(path, err, &r)
	}
	if digest := r.digest(); digest == "" || digest != r.Digest {
		return Resolved{}, fmt.Errorf("%s: its digest is not that of its content: the file was changed; longseq verify --repair sets it aside", path)
	}
	return r, nil
}

// claim makes dir the store of the resolved plan: it writes the plan there, or finds the same plan. A store of another
// plan is an error that names the first difference. A store whose plan is lost is adopted if all of its records are of
// this plan; their number is returned.
func (r Resolved) claim(dir string) (adopted int, err error) {
	if err := durable.MkdirAll(dir, 0o777); err != nil {
		return 0, fmt.Errorf("make store: %w", err)
	}
	there, err := ReadResolved(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if adopted, err = r.write(dir); err != nil {
			return 0, err
		}
		there, err = ReadResolved(dir) // another process may have claimed the folder just now
	}
	if err != nil {
		return 0, err
	}
	if there.Digest != r.Digest {
		return 0, fmt.Errorf("store %s: it belongs to another plan: %s; use another folder", dir, difference(there, r))
	}
	return adopted, nil
}

// write puts the resolved plan into a folder that has no records but its own, and returns their number.
func (r Resolved) write(dir string) (records int, err error) {
	store, err := readStore(dir, &r)
	if err != nil {
		return 0, err
	}
	if n := store.count(Strange); n > 0 {
		i := slices.IndexFunc(store.Faults, func(f Fault) bool { return f.Kind == Strange })
		return 0, fmt.Errorf("store %s: it has no %s, and %d of its records are not of this plan, first %s; use another folder",
			dir, ResolvedFile, n, store.Faults[i])
	}
	text, err := yaml.Marshal(r)
	if err != nil {
		return 0, fmt.Errorf("write resolved plan: %w", err)
	}
	if err := durable.WriteFile(filepath.Join(dir, ResolvedFile), text, 0o666); err != nil {
		return 0, fmt.Errorf("write resolved plan: %w", err)
	}
	return len(store.Records), nil
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
