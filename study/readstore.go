package study

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"longseq/internal/input"
)

// readStore reads the records of dir that belong to the plan; nil: all. Files are read in extents of whole lines by all
// processors. Memory for the records is taken once, since it is most of what a large store needs: lines are counted
// first, and records are sorted in place.
func readStore(dir string, plan *Resolved) (*Store, error) {
	paths, err := recordFiles(dir)
	if err != nil {
		return nil, err
	}
	lines, err := readLines(paths)
	if err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	return lines.store(dir, plan)
}

// lines are those of record files, in order of file and line.
type lines struct {
	names   []string // of the files
	first   []int    // of each file's lines, its index; last, the number of all lines
	records []Record
	what    []lineKind
	faults  map[int]error // of lines that are no records
}

type lineKind byte

const (
	empty lineKind = iota
	half
	faulty
	unchecked // a record without a checksum
	checked
)

// An extent is a part of a file that begins and ends with a line.
type extent struct {
	file     int
	from, to int64
	first    int // index of its first line
}

// extentSize is about how many bytes an extent has.
const extentSize = 2 << 20

// readLines reads record files.
func readLines(paths []string) (*lines, error) {
	all := &lines{faults: make(map[int]error)}
	var files []*os.File
	defer func() {
		for _, file := range files {
			file.Close()
		}
	}()
	var extents []extent
	for i, path := range paths {
		file, err := input.Regular(path)
		if err != nil {
			return nil, err
		}
		files, all.names = append(files, file), append(all.names, filepath.Base(path))
		if extents, err = appendExtents(extents, file, i); err != nil {
			return nil, err
		}
	}
	counts := make([]int, len(extents))
	if err := eachExtent(files, extents, func(i int, text []byte) error {
		counts[i] = bytes.Count(text, []byte("\n"))
		if len(text) > 0 && text[len(text)-1] != '\n' {
			counts[i]++
		}
		return nil
	}); err != nil {
		return nil, err
	}
	total := 0
	for i := range extents {
		for len(all.first) <= extents[i].file {
			all.first = append(all.first, total)
		}
		extents[i].first = total
		total += counts[i]
	}
	for len(all.first) <= len(files) {
		all.first = append(all.first, total)
	}
	all.records, all.what = make([]Record, total), make([]lineKind, total)
	faults := make([]map[int]error, len(extents))
	err := eachExtent(files, extents, func(i int, text []byte) error {
		faults[i] = all.read(extents[i].first, text)
		return nil
	})
	for _, some := range faults {
		for line, fault := range some {
			all.faults[line] = fault
		}
	}
	return all, err
}

// appendExtents cuts a file into extents.
func appendExtents(extents []extent, file *os.File, number int) ([]extent, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if size > maxRecordFile {
		return nil, fmt.Errorf("%s has %d bytes: the limit is %d", file.Name(), size, maxRecordFile)
	}
	window := make([]byte, 4096)
	for from := int64(0); from < size; {
		to := min(from+extentSize, size)
		for to < size { // on to the end of the line
			n, err := file.ReadAt(window[:min(int64(len(window)), size-to)], to)
			if err != nil && err != io.EOF {
				return nil, err
			}
			if end := bytes.IndexByte(window[:n], '\n'); end >= 0 {
				to += int64(end) + 1
				break
			}
			if n == 0 { // the file has become shorter
				size = to
			}
			to += int64(n)
		}
		extents = append(extents, extent{file: number, from: from, to: to})
		from = to
	}
	return extents, nil
}

// eachExtent calls a function with the text of each extent, on all processors. The text is reused after the call.
func eachExtent(files []*os.File, extents []extent, do func(i int, text []byte) error) error {
	var next atomic.Int64
	var group errgroup.Group
	for range min(runtime.GOMAXPROCS(0), len(extents)) {
		group.Go(func() error {
			var text []byte
			for {
				i := int(next.Add(1)) - 1
				if i >= len(extents) {
					return nil
				}
				e := extents[i]
				text = slices.Grow(text[:0], int(e.to-e.from))[:e.to-e.from]
				if _, err := files[e.file].ReadAt(text, e.from); err != nil {
					return fmt.Errorf("%s: %w", files[e.file].Name(), err)
				}
				if err := do(i, text); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// read reads the lines of an extent, of which the first has the given index, and returns why lines are no records.
func (l *lines) read(index int, text []byte) (faults map[int]error) {
	reader := recordReader{shared: new(shared)}
	for ; len(text) > 0; index++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		text = rest
		switch {
		case len(bytes.TrimSpace(line)) == 0:
			continue
		case !whole:
			l.what[index] = half
			continue
		}
		r, err := reader.read(line)
		switch {
		case err != nil:
			if faults == nil {
				faults = make(map[int]error)
			}
			l.what[index], faults[index] = faulty, err
		default:
			l.records[index], l.what[index] = r, unchecked
			if reader.checked {
				l.what[index] = checked
			}
		}
	}
	return faults
}

// at returns the file and the number, from 1, of a line.
func (l *lines) at(index int) (file string, number int) {
	f, found := slices.BinarySearch(l.first, index)
	for found && f+1 < len(l.first) && l.first[f+1] == index { // of files without lines
		f++
	}
	if !found {
		f--
	}
	return l.names[f], index - l.first[f] + 1
}

// store returns the store of the lines' records that are of the plan; nil: all. The lines' records become the store's.
func (l *lines) store(dir string, plan *Resolved) (*Store, error) {
	s := &Store{Dir: dir}
	fault := func(kind FaultKind, index int, why string) {
		file, number := l.at(index)
		s.Faults = append(s.Faults, Fault{kind, file, number, why})
	}
	var of *members
	if plan != nil {
		of = plan.members()
	}
	var order []sortKey
	ranks := l.ranks()
	for i, what := range l.what {
		if what != empty {
			s.Lines++
		}
		switch what {
		case half:
			fault(Half, i, "the line has no end")
		case faulty:
			if errors.Is(l.faults[i], errNewer) {
				file, number := l.at(i)
				return nil, fmt.Errorf("%s:%d: %w", filepath.Join(dir, file), number, l.faults[i])
			}
			fault(Bad, i, l.faults[i].Error())
		case checked, unchecked:
			r := &l.records[i]
			if of != nil {
				if why := of.refuse(*r); why != "" {
					fault(Strange, i, why)
					continue
				}
			}
			if what == unchecked {
				s.WithoutChecksum++
			}
			if order == nil {
				order = make([]sortKey, 0, len(l.what))
			}
			order = append(order, sortKey{ranks[r.Cell], int32(i), int64(r.Sample)})
		}
	}
	slices.SortFunc(order, func(a, b sortKey) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.sample, b.sample), cmp.Compare(a.line, b.line))
	})
	kept := order[:0]
	for _, k := range order {
		if n := len(kept); n == 0 || kept[n-1].cell != k.cell || kept[n-1].sample != k.sample {
			kept = append(kept, k)
			continue
		}
		first, r := &l.records[kept[len(kept)-1].line], &l.records[k.line]
		if r.same(*first) {
			s.Doubled++
			continue
		}
		s.Disagreeing++
		what := "it differs from"
		if r.Score != first.Score {
			what = fmt.Sprintf("score %v, but %v in", r.Score, first.Score)
		}
		file, number := l.at(int(kept[len(kept)-1].line))
		fault(Disagree, int(k.line), fmt.Sprintf("%s sample %d: %s %s:%d", r.cell(), r.Sample, what, file, number))
	}
	slices.SortStableFunc(s.Faults, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	s.Records = arrange(l.records, kept)
	return s, nil
}

// A sortKey is a record's place in a store: by its cell, then its sample, then its line.
type sortKey struct {
	cell   int32 // rank of its identity
	line   int32
	sample int64
}

// ranks numbers the cells in order of their identities.
func (l *lines) ranks() map[string]int32 {
	ranks := make(map[string]int32)
	last := ""
	for i := range l.records {
		if cell := l.records[i].Cell; cell != last {
			ranks[cell], last = 0, cell
		}
	}
	var cells []string
	for cell := range ranks {
		cells = append(cells, cell)
	}
	slices.Sort(cells)
	for i, cell := range cells {
		ranks[cell] = int32(i)
	}
	return ranks
}

// arrange moves the records of the lines in order to the front of their slice, in that order, and returns them.
func arrange(records []Record, order []sortKey) []Record {
	// to[i] is where the record at i goes. The others fill what is left, so that all moves are cycles.
	to := make([]int32, len(records))
	for i := range to {
		to[i] = -1
	}
	for at, k := range order {
		to[k.line] = int32(at)
	}
	free := int32(len(order))
	for i := range to {
		if to[i] < 0 {
			to[i] = free
			free++
		}
	}
	for i := range records {
		for to[i] != int32(i) {
			j := to[i]
			records[i], records[j] = records[j], records[i]
			to[i], to[j] = to[j], j
		}
	}
	clear(records[len(order):])
	return slices.Clip(records[:len(order)])
}
