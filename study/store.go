package study

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"longseq/internal/input"
)

// A Store is the content of a folder of record files, merged by (cell, sample).
type Store struct {
	Dir string
	// Records in order of cell identity and sample number, without what Faults names.
	Records []Record
	// Disagreeing counts the records of a (cell, sample) that was read before with another content, apart
	// from time, host, durations and what computed them. The first one, by file name and line, is kept. 0 where models
	// are deterministic.
	Disagreeing int
	// Doubled counts the records of a (cell, sample) that was read before with the same content.
	Doubled int
	// WithoutChecksum counts the records of schema version 1, in which damage may not be noticed.
	WithoutChecksum int
	// Lines of the record files; the empty ones are not counted.
	Lines int
	// Faults are the lines that are not among the records for a reason, in order of file and line.
	Faults []Fault

	planFault error // why the resolved plan there cannot be used
	have      map[recordKey]int
}

type recordKey struct {
	cell   string
	sample int
}

// maxRecordFile is the size that a record file may have, in bytes: some two million records.
const maxRecordFile = 1 << 30

// A FaultKind is a reason for which a line is not among a store's records.
type FaultKind string

// The kinds of faults.
const (
	Bad      FaultKind = "bad"          // damaged, or no record
	Half     FaultKind = "half-written" // the last line of a file without its newline: its writer is at it, or died
	Strange  FaultKind = "strange"      // a record of no cell of the resolved plan beside it
	Disagree FaultKind = "disagreeing"  // another record of the same sample, with another content, was read before
)

// A Fault is a line of a record file that is not among a store's records.
type Fault struct {
	Kind FaultKind `json:"kind"`
	File string    `json:"file"` // its name in the store's folder
	Line int       `json:"line"` // from 1
	Why  string    `json:"why"`
}

func (f Fault) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Why) }

// OpenStore reads the records of dir. What is no record of the resolved plan there is left out and named in the
// store's Faults. A record of a newer schema is an error with its file and line number. A missing or empty folder is an
// empty store.
func OpenStore(dir string) (*Store, error) {
	plan, err := ReadResolved(dir)
	if err != nil {
		s, open := readStore(dir, nil)
		if open == nil && !errors.Is(err, fs.ErrNotExist) {
			s.planFault = err
		}
		return s, open
	}
	return readStore(dir, &plan)
}

// readStore reads the records of dir that belong to the plan; nil: all.
func readStore(dir string, plan *Resolved) (*Store, error) {
	files, err := recordFiles(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Dir: dir, have: make(map[recordKey]int)}
	merge := merger{store: s}
	if plan != nil {
		merge.plan = plan.members()
	}
	for _, file := range files {
		text, err := input.Read(file, maxRecordFile)
		if err != nil {
			return nil, fmt.Errorf("read store: %w", err)
		}
		if err := merge.file(filepath.Base(file), text); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.Records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Sample, b.Sample))
	})
	return s, nil
}

// merger puts the lines of record files into a store.
type merger struct {
	store *Store
	plan  *members // nil: records of any cell are taken
	from  []place  // of the store's records
	read  recordReader
}

// place is a line of a file.
type place struct {
	file string
	line int
}

// file reads the JSON lines of a file.
func (m *merger) file(name string, text []byte) error {
	s := m.store
	for number := 1; len(text) > 0; number++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		text = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		s.Lines++
		at := place{name, number}
		if !whole {
			s.fault(Half, at, "the line has no end")
			return nil
		}
		r, err := m.read.read(line)
		switch {
		case errors.Is(err, errNewer):
			return fmt.Errorf("%s:%d: %w", filepath.Join(s.Dir, name), number, err)
		case err != nil:
			s.fault(Bad, at, err.Error())
		default:
			m.record(r, at)
		}
	}
	return nil
}

// record adds a record to the store, if it is of the plan and new.
func (m *merger) record(r Record, at place) {
	s := m.store
	if m.plan != nil {
		if why := m.plan.refuse(r); why != "" {
			s.fault(Strange, at, why)
			return
		}
	}
	if !m.read.checked {
		s.WithoutChecksum++
	}
	key := recordKey{r.Cell, r.Sample}
	i, twice := s.have[key]
	if !twice {
		s.have[key] = len(s.Records)
		s.Records = append(s.Records, r)
		m.from = append(m.from, at)
		return
	}
	first := s.Records[i]
	if r.same(first) {
		s.Doubled++
		return
	}
	s.Disagreeing++
	what := "it differs from"
	if r.Score != first.Score {
		what = fmt.Sprintf("score %v, but %v in", r.Score, first.Score)
	}
	s.fault(Disagree, at, fmt.Sprintf("%s sample %d: %s %s:%d", r.cell(), r.Sample, what, m.from[i].file, m.from[i].line))
}

func (s *Store) fault(kind FaultKind, at place, why string) {
	s.Faults = append(s.Faults, Fault{kind, at.file, at.line, why})
}

// count returns the number of faults of a kind.
func (s *Store) count(kind FaultKind) int {
	n := 0
	for _, f := range s.Faults {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

// Warnings says in a sentence each what of the store is left out, which samples have two different records, and which
// models' logits were NaN or infinite. A half-written line is no reason for one.
func (s *Store) Warnings() []string {
	var list []string
	if s.planFault != nil {
		list = append(list, fmt.Sprintf("records were not compared with the plan: %v", s.planFault))
	}
	for _, w := range []struct {
		kind      FaultKind
		one, many string
	}{
		{Bad, "1 line is left out, which is no record", "%d lines are left out, which are no records"},
		{Strange, "1 record is left out, which is not of the store's plan", "%d records are left out, which are not of the store's plan"},
		{Disagree, "1 sample has a second record that differs", "%d records differ from another one of the same sample"},
	} {
		i := slices.IndexFunc(s.Faults, func(f Fault) bool { return f.Kind == w.kind })
		switch n := s.count(w.kind); {
		case n == 1:
			list = append(list, fmt.Sprintf("%s: %s", w.one, s.Faults[i]))
		case n > 1:
			list = append(list, fmt.Sprintf(w.many+", first %s", n, s.Faults[i]))
		}
	}
	if note := notFinite(s.Records); note != "" {
		list = append(list, note)
	}
	return list
}

// has reports whether the store has the sample of that number of the cell.
func (s *Store) has(cell string, sample int) bool {
	_, ok := s.have[recordKey{cell, sample}]
	return ok
}

// Equal returns nil where two stores have the same records apart from time, host, durations and what computed them, and
// else an error that names the first difference.
func Equal(a, b *Store) error {
	for i := range max(len(a.Records), len(b.Records)) {
		switch {
		case i >= len(a.Records):
			return fmt.Errorf("only %s has cell %s sample %d", b.Dir, b.Records[i].Cell, b.Records[i].Sample)
		case i >= len(b.Records):
			return fmt.Errorf("only %s has cell %s sample %d", a.Dir, a.Records[i].Cell, a.Records[i].Sample)
		case !a.Records[i].same(b.Records[i]):
			return fmt.Errorf("%s has cell %s sample %d, which differs from %s's cell %s sample %d",
				a.Dir, a.Records[i].Cell, a.Records[i].Sample, b.Dir, b.Records[i].Cell, b.Records[i].Sample)
		}
	}
	return nil
}

// Digest is a hash of the records without time, host, durations and what computed them: equal stores have the same
// digest.
func (s *Store) Digest() string {
	h := sha256.New()
	for _, r := range s.Records {
		h.Write(r.timeless())
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

// recordFiles returns the record files of dir, sorted by name.
func recordFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	var files []string
	for _, e := range entries {
		if ok, _ := filepath.Match("records-*.jsonl", e.Name()); ok && !e.IsDir() {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}
