package study

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math/bits"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"longseq/internal/input"
)

// presence says which samples of a plan a store has, and what computed them. It holds a bit a sample, not the records:
// each of a thousand processes that share a plan reads what the others have written when it begins.
type presence struct {
	cells    map[string]int32 // number of a cell of the plan, by its identity
	models   []string         // by the number of a cell
	have     [][]uint64       // bits of the samples, by the number of a cell
	computed map[computing]bool
	faults   []Fault // the bad lines and those of other plans
	shards   []int   // numbers of shards that the files' names tell, in ascending order
}

// computing is what computed a model's record, as it stands there in JSON.
type computing struct{ model, by string }

// readPresence reads which samples of a plan's cells a store has.
func readPresence(dir string, plan *Resolved, cells []Cell) (*presence, error) {
	paths, err := recordFiles(dir)
	if err != nil {
		return nil, err
	}
	all := &presence{cells: make(map[string]int32, len(cells)), models: make([]string, len(cells)), shards: shardsOf(paths)}
	for i, c := range cells {
		all.cells[c.ID], all.models[i] = int32(i), c.Model
	}
	spans, err := spansOf(paths)
	if err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	var next atomic.Int64
	var group errgroup.Group
	parts := make([]*presenceReader, min(runtime.GOMAXPROCS(0), len(spans)))
	for i := range parts {
		r := &presenceReader{presence: presence{cells: all.cells, models: all.models, have: make([][]uint64, len(cells)), computed: map[computing]bool{}}, plan: plan}
		parts[i] = r
		group.Go(func() error {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(spans) {
					return nil
				}
				if err := r.read(spans[n]); err != nil {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	all.have, all.computed = make([][]uint64, len(cells)), map[computing]bool{}
	var bad []badLine
	for _, r := range parts {
		for cell, words := range r.have {
			for i, word := range words {
				all.set(int32(cell), i, word)
			}
		}
		maps.Copy(all.computed, r.computed)
		bad = append(bad, r.bad...)
	}
	all.faults, err = located(bad)
	return all, err
}

// set adds the samples of a word of bits.
func (p *presence) set(cell int32, word int, bits uint64) {
	if have := p.have[cell]; word >= len(have) {
		p.have[cell] = append(have, make([]uint64, word+1-len(have))...)
	}
	p.have[cell][word] |= bits
}

// has reports whether the store has the sample of that number of the cell.
func (p *presence) has(cell string, sample int) bool {
	number, ok := p.cells[cell]
	return ok && sample/64 < len(p.have[number]) && p.have[number][sample/64]>>(sample%64)&1 != 0
}

// samples are the numbers of the cell's samples that the store has.
func (p *presence) samples(cell string) iter.Seq[int] {
	return func(yield func(int) bool) {
		number, ok := p.cells[cell]
		if !ok {
			return
		}
		for i, word := range p.have[number] {
			for ; word != 0; word &= word - 1 {
				if !yield(64*i + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// computedBy is what computed the records of a model, without what is unknown.
func (p *presence) computedBy(model string) []ComputedBy {
	var all []ComputedBy
	for c := range p.computed {
		var by ComputedBy
		if c.model == model && json.Unmarshal([]byte(c.by), &by) == nil && by != (ComputedBy{}) && !slices.Contains(all, by) {
			all = append(all, by)
		}
	}
	slices.SortFunc(all, func(a, b ComputedBy) int { return cmp.Compare(a.String(), b.String()) })
	return all
}

// warnings are those of [Store.Warnings] that can be known without the records.
func (p *presence) warnings() []string { return (&Store{Faults: p.faults}).Warnings() }

// shardName is the form of a record file of a shard: records-I of N-host-random.jsonl.
var shardName = regexp.MustCompile(`^records-[0-9]+of([0-9]+)-`)

// shardsOf are the numbers of shards of the processes that wrote the record files.
func shardsOf(paths []string) []int {
	seen := map[int]bool{}
	for _, path := range paths {
		if m := shardName.FindStringSubmatch(filepath.Base(path)); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				seen[n] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// A span is a part of a record file. The lines that begin in it belong to it.
type span struct {
	path     string
	from, to int64
	last     bool
}

func spansOf(paths []string) ([]span, error) {
	var spans []span
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, err
		case info.Size() > maxRecordFile:
			return nil, fmt.Errorf("%s has %d bytes: the limit is %d", path, info.Size(), maxRecordFile)
		case !info.Mode().IsRegular():
			_, err := input.Regular(path)
			return nil, err
		}
		for from := int64(0); from < info.Size(); from += extentSize {
			to := min(from+extentSize, info.Size())
			spans = append(spans, span{path, from, to, to == info.Size()})
		}
	}
	return spans, nil
}

// A presenceReader reads spans.
type presenceReader struct {
	presence
	plan   *Resolved
	of     *members // made when it is first needed
	reader recordReader
	buffer []byte
	by     []byte // computed_by of the line before
	model  string // and its model
	bad    []badLine
}

// A badLine is a line that is no record of the plan, at a byte of its file.
type badLine struct {
	path string
	at   int64
	kind FaultKind
	why  string
}

// read reads the lines that begin in a span. The last line of a file without its end is left to its writer.
func (r *presenceReader) read(s span) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer file.Close()
	at := max(0, s.from-1)
	r.buffer = slices.Grow(r.buffer[:0], int(s.to-at))[:s.to-at]
	n, err := file.ReadAt(r.buffer, at)
	if err != nil && err != io.EOF {
		return err
	}
	r.buffer = r.buffer[:n]
	text := r.buffer
	if s.from > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return nil // a line that began before goes on
		}
		text, at = text[end+1:], at+int64(end)+1
	}
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			if s.last {
				return nil
			}
			if text, err = restOfLine(file, text, s.to); err != nil || text == nil {
				return err
			}
			end = len(text) - 1
		}
		if err := r.line(text[:end]); err != nil {
			var wrong *badLine
			if !errors.As(err, &wrong) {
				return fmt.Errorf("%s: %w", s.path, err)
			}
			r.bad = append(r.bad, badLine{s.path, at, wrong.kind, wrong.why})
		}
		text, at = text[end+1:], at+int64(end)+1
	}
	return nil
}

// restOfLine returns a line up to its newline, of which the file has more from the given byte; nil: it has no end.
func restOfLine(file *os.File, begin []byte, from int64) ([]byte, error) {
	line := slices.Clone(begin)
	window := make([]byte, 4096)
	for {
		n, err := file.ReadAt(window, from)
		if end := bytes.IndexByte(window[:n], '\n'); end >= 0 {
			return append(line, window[:end+1]...), nil
		}
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		line, from = append(line, window[:n]...), from+int64(n)
	}
}

func (b *badLine) Error() string { return b.why }

// lineHead is how a line of the present schema begins.
const lineHead = `{"v":2,"cell":"`

// line counts a line. Of one with its checksum, as this program writes them, only cell, sample and computed_by are looked
// at; any other is read as a store is.
func (r *presenceReader) line(line []byte) error {
	if rest, ok := bytes.CutPrefix(line, []byte(lineHead)); ok {
		if id, rest, ok := bytes.Cut(rest, []byte(`","sample":`)); ok {
			digits, _, ok := bytes.Cut(rest, []byte(","))
			cell, known := r.cells[string(id)]
			sample, err := strconv.Atoi(string(digits))
			if ok && known && err == nil && sample >= 0 && sample < r.plan.Plan.Samples {
				if _, has, err := cutChecksum(line); has && err == nil {
					r.found(cell, sample, rest)
					return nil
				}
			}
		}
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	record, err := r.reader.read(line)
	switch {
	case errors.Is(err, errNewer):
		return err
	case err != nil:
		return &badLine{kind: Bad, why: err.Error()}
	}
	if r.of == nil {
		r.of = r.plan.members()
	}
	if why := r.of.refuse(record); why != "" {
		return &badLine{kind: Strange, why: why}
	}
	if cell, ok := r.cells[record.Cell]; ok {
		r.found(cell, record.Sample, line)
	}
	return nil
}

// found counts a sample. The text has its computed_by.
func (r *presenceReader) found(cell int32, sample int, text []byte) {
	r.set(cell, sample/64, 1<<(sample%64))
	const key = `,"computed_by":{`
	at := bytes.Index(text, []byte(key))
	if at < 0 {
		return
	}
	by := text[at+len(key)-1:]
	if end := bytes.IndexByte(by, '}'); end >= 0 {
		by = by[:end+1]
	}
	if model := r.models[cell]; model != r.model || !bytes.Equal(by, r.by) {
		r.by, r.model = append(r.by[:0], by...), model
		r.computed[computing{model, string(by)}] = true
	}
}

// located turns bad lines into faults in order of file and line.
func located(bad []badLine) ([]Fault, error) {
	slices.SortFunc(bad, func(a, b badLine) int { return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.at, b.at)) })
	var faults []Fault
	for len(bad) > 0 {
		text, err := input.Read(bad[0].path, maxRecordFile)
		if err != nil {
			return nil, fmt.Errorf("read store: %w", err)
		}
		line, from := 1, int64(0)
		for path := bad[0].path; len(bad) > 0 && bad[0].path == path; bad = bad[1:] {
			line += bytes.Count(text[from:bad[0].at], []byte("\n"))
			from = bad[0].at
			faults = append(faults, Fault{bad[0].kind, filepath.Base(path), line, bad[0].why})
		}
	}
	return faults, nil
}
