package study

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
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
	const each = 4096 // records that are written at a time
	h := sha256.New()
	texts := make([][]byte, runtime.GOMAXPROCS(0))
	for from := 0; from < len(s.Records); from += each * len(texts) {
		var group sync.WaitGroup
		for i := range texts {
			part := s.Records[min(from+i*each, len(s.Records)):min(from+(i+1)*each, len(s.Records))]
			group.Go(func() {
				texts[i] = texts[i][:0]
				for _, r := range part {
					texts[i] = r.appendTimeless(texts[i])
				}
			})
		}
		group.Wait()
		for _, text := range texts {
			h.Write(text)
		}
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

// NotFinite is the failure of a sample for which the model's logits were NaN or infinite, as those of a model whose
// training diverged. Its score is 0, its log-probability and rank are unknown.
const NotFinite = "not finite"

// notFinite says in a sentence of which models samples failed as NotFinite, and how many. It is empty for none.
func notFinite(records []Record) string {
	var models []string
	failed, all := map[string]int{}, map[string]int{}
	for _, r := range records {
		if all[r.Model]++; r.Failure == NotFinite {
			if failed[r.Model]++; failed[r.Model] == 1 {
				models = append(models, r.Model)
			}
		}
	}
	if len(models) == 0 {
		return ""
	}
	for i, model := range models {
		models[i] = fmt.Sprintf("%d of %d samples of %s", failed[model], all[model], model)
	}
	return fmt.Sprintf("the logits were NaN or infinite in %s: these score 0 with failure %q, and say nothing of what the model remembers",
		strings.Join(models, ", "), NotFinite)
}
