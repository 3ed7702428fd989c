package study

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"longseq/internal/durable"
	"longseq/internal/flock"
)

// AsideFile is the name of the file in a store's folder to which [Repair] moves lines.
const AsideFile = "set-aside.txt"

// A Verification says what is in a store, and what is wrong with it.
type Verification struct {
	Lines           int            `json:"lines"`            // of the record files
	Records         int            `json:"records"`          // that count: each a sample of the plan
	WithoutChecksum int            `json:"without_checksum"` // lines of schema version 1
	Bad             int            `json:"bad"`              // lines that are no records
	Half            int            `json:"half_written"`     // last lines without an end
	Doubled         int            `json:"doubled"`          // records that repeat another one; harmless
	Disagreeing     int            `json:"disagreeing"`      // records that differ from another one of the same sample
	Strange         int            `json:"strange"`          // records that are not of the plan
	Missing         int            `json:"missing"`          // samples of the plan without a record; 0 if there is no plan
	Plan            string         `json:"plan"`             // why there is no plan; empty: there is one
	ComputedBy      map[string]int `json:"computed_by"`      // records by what computed them
	Faults          []Fault        `json:"faults,omitempty"` // the bad, half-written, disagreeing and strange lines
}

// Wrong says in a line what is wrong with the store, or "". Doubled records, lines without a checksum and half-written
// lines are not: samples of the latter are missing if no other line has them.
func (v Verification) Wrong() string {
	var list []string
	for _, w := range []struct {
		n    int
		what string
	}{{v.Bad, "bad"}, {v.Disagreeing, "disagreeing"}, {v.Strange, "strange"}, {v.Missing, "missing"}} {
		if w.n > 0 {
			list = append(list, fmt.Sprintf("%d %s", w.n, w.what))
		}
	}
	if v.Plan != "" {
		list = append(list, v.Plan)
	}
	return strings.Join(list, ", ")
}

// Verify reads a store and counts what is wrong with it. The error is fs.ErrNotExist where there is neither a plan nor
// a record file.
func Verify(dir string, tasks Tasks) (Verification, error) {
	store, err := OpenStore(dir)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{
		Lines: store.Lines, Records: len(store.Records), WithoutChecksum: store.WithoutChecksum,
		Bad: store.count(Bad), Half: store.count(Half), Doubled: store.Doubled, Disagreeing: store.Disagreeing,
		Strange: store.count(Strange), ComputedBy: make(map[string]int), Faults: store.Faults,
	}
	for _, r := range store.Records {
		v.ComputedBy[r.ComputedBy.String()]++
	}
	status, err := ReadStatus(dir, tasks)
	switch {
	case err == nil:
		v.Missing = status.Missing()
	case errors.Is(err, fs.ErrNotExist):
		if files, _ := recordFiles(dir); len(files) == 0 {
			return v, err
		}
		v.Plan = ResolvedFile + " is lost: a sweep of the plan writes it again"
	case store.planFault != nil:
		v.Plan = store.planFault.Error()
	default:
		return v, err
	}
	return v, nil
}

// Repair moves the bad and half-written lines of a store to the file [AsideFile] there, each after a line that says
// where it was, and renames a damaged plan. It changes nothing else: a sweep asks what is missing then. It returns the
// number of lines. While a sweep is writing to a file that is to be changed, it is an error.
func Repair(dir string) (moved int, err error) {
	store, err := OpenStore(dir)
	if err != nil {
		return 0, err
	}
	if store.planFault != nil {
		path := filepath.Join(dir, ResolvedFile)
		if err := durable.Rename(path, path+".damaged"); err != nil {
			return 0, fmt.Errorf("repair: %w", err)
		}
	}
	wrong := make(map[string]bool)
	for _, f := range store.Faults {
		if f.Kind == Bad || f.Kind == Half {
			wrong[f.File] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		n, err := setAside(filepath.Join(dir, name))
		if err != nil {
			return moved, fmt.Errorf("repair %s: %w", filepath.Join(dir, name), err)
		}
		moved += n
	}
	return moved, nil
}

// setAside moves the bad and half-written lines out of a record file, and returns their number. They are on the disk
// elsewhere before they are gone here.
func setAside(path string) (moved int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	if err := flock.Lock(file, false); errors.Is(err, flock.ErrHeld) {
		return 0, errors.New("a sweep is writing to it; try again when it has ended")
	} else if err != nil {
		return 0, fmt.Errorf("cannot find out whether a sweep is writing to it: %w", err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return 0, err
	}
	all, err := readLines([]string{path})
	if err != nil {
		return 0, err
	}
	store, err := all.store(filepath.Dir(path), nil)
	if err != nil {
		return 0, err
	}
	wrong := make(map[int]Fault)
	for _, f := range store.Faults {
		if f.Kind == Bad || f.Kind == Half {
			wrong[f.Line] = f
		}
	}
	var kept, aside bytes.Buffer
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if f, bad := wrong[number]; bad {
			fmt.Fprintf(&aside, "# %s\n%s\n", f, bytes.TrimSuffix(line, []byte("\n")))
		} else {
			kept.Write(line)
		}
	}
	if err := appendSynced(filepath.Join(filepath.Dir(path), AsideFile), aside.Bytes()); err != nil {
		return 0, err
	}
	if err := renameio.WriteFile(path, kept.Bytes(), 0o666, renameio.WithExistingPermissions()); err != nil {
		return 0, err
	}
	return len(wrong), durable.SyncFolder(filepath.Dir(path))
}

// appendSynced appends to a file, which is made if it is not there, and writes it and its name to the disk.
func appendSynced(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return durable.SyncFolder(filepath.Dir(path))
}
