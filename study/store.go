package study

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// A Store is the content of a folder of record files, merged by (cell, sample).
type Store struct {
	Dir string
	// Records in order of cell identity and sample number.
	Records []Record
	// Disagreeing counts the records of a (cell, sample) that was read before with another content, apart
	// from time, host and durations. The first one, by file name, is kept. 0 where models are deterministic.
	Disagreeing int

	have map[recordKey]bool
}

type recordKey struct {
	cell   string
	sample int
}

// OpenStore reads the records of dir. A last line without a newline is a half-written record and is
// skipped; any other line that is not a record is an error with its file and line number. A missing or
// empty folder is an empty store.
func OpenStore(dir string) (*Store, error) {
	files, err := recordFiles(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Dir: dir, have: make(map[recordKey]bool)}
	at := make(map[recordKey]int)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read store: %w", err)
		}
		records, err := parseRecords(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%w; delete the line, and a sweep does its sample again", file, err)
		}
		for _, r := range records {
			key := recordKey{r.Cell, r.Sample}
			if !s.have[key] {
				s.have[key], at[key] = true, len(s.Records)
				s.Records = append(s.Records, r)
			} else if !r.same(s.Records[at[key]]) {
				s.Disagreeing++
			}
		}
	}
	slices.SortFunc(s.Records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Sample, b.Sample))
	})
	return s, nil
}

// has reports whether the store has the sample of that number of the cell.
func (s *Store) has(cell string, sample int) bool { return s.have[recordKey{cell, sample}] }

// Equal returns nil where two stores have the same records apart from time, host and durations, and
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

// Digest is a hash of the records without time, host and durations: equal stores have the same digest.
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

// parseRecords reads JSON lines up to the last newline. Errors begin with the line's number.
func parseRecords(text []byte) ([]Record, error) {
	var records []Record
	for number := 1; ; number++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return records, nil
		}
		text = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var r Record
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%d: %w", number, err)
		}
		records = append(records, r)
	}
}
