package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strings"

	"longseq/internal/input"
	"longseq/internal/nearmiss"
	"longseq/study"
)

// maxFile is the size that a file of answers may have, in bytes: some five million.
const maxFile = 1 << 30

// Read reads the answers of stores and of files of JSON lines. A folder is a store: what it leaves out (study.OpenStore) is told by
// warnings. A file's line has at least model, length, sample and score, and may have task, depth, format, train_seed, variant and
// logprob; other keys are left alone, as are empty lines. A bad line is an error that names file and line, and so are two different
// scores for one sample, wherever the two are; the same score twice counts once.
func Read(paths []string) (answers []Answer, warnings []string, err error) {
	m := merger{first: make(map[key]source)}
	for _, path := range paths {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("compare: there is no store or file %s", path)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("compare: %w", err)
		}
		if !info.IsDir() {
			text, err := input.Read(path, maxFile)
			if err == nil {
				err = m.addLines(path, text)
			}
			if err != nil {
				return nil, nil, fmt.Errorf("compare: %w", err)
			}
			continue
		}
		store, err := study.OpenStore(path)
		if err != nil {
			return nil, nil, fmt.Errorf("compare: %w", err)
		}
		of := Of(store.Records)
		if len(of) == 0 {
			return nil, nil, fmt.Errorf("compare: no records of samples in %s: is it the folder of a store?", path)
		}
		warnings = append(warnings, store.Warnings()...)
		for _, a := range of {
			if err := m.add(a, path, 0); err != nil {
				return nil, nil, fmt.Errorf("compare: %w", err)
			}
		}
	}
	if len(m.answers) == 0 {
		return nil, nil, fmt.Errorf("compare: no answers in %s", strings.Join(paths, ", "))
	}
	return m.answers, warnings, nil
}

// A merger keeps the first of equal answers.
type merger struct {
	answers []Answer
	first   map[key]source
}

// A source is where an answer was read.
type source struct {
	answer int
	path   string
	line   int // 0: a store
}

func (s source) String() string {
	if s.line == 0 {
		return s.path
	}
	return fmt.Sprintf("%s:%d", s.path, s.line)
}

func (m *merger) add(a Answer, path string, line int) error {
	from, k := source{len(m.answers), path, line}, a.key()
	if first, ok := m.first[k]; ok {
		if m.answers[first.answer].same(a) {
			return nil
		}
		return fmt.Errorf("%s: %s has another score in %s (%g here, %g there): want one score for a sample", from, a, first, a.Score, m.answers[first.answer].Score)
	}
	m.first[k] = from
	m.answers = append(m.answers, a)
	return nil
}

// addLines adds the answers of a file of JSON lines.
func (m *merger) addLines(path string, text []byte) error {
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		a, err := parse(line)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", path, number, err)
		}
		if err := m.add(a, path, number); err != nil {
			return err
		}
	}
	return nil
}

// largest is the largest whole number that a line may have: float64 and JavaScript write it exactly.
const largest = 1 << 53

// parse reads a line of a file.
func parse(line []byte) (Answer, error) {
	var fields map[string]json.RawMessage // a struct would take "Score" for "score"
	if err := json.Unmarshal(line, &fields); err != nil {
		return Answer{}, fmt.Errorf("want a line of JSON with model, length, sample and score: %w", err)
	}
	a := Answer{Depth: math.NaN(), LogProb: math.NaN()}
	var variant string
	var errs error
	text := func(name string, into *string) {
		if raw, ok := fields[name]; ok && string(raw) != "null" && json.Unmarshal(raw, into) != nil {
			errs = errors.Join(errs, fmt.Errorf("%s is %s: want a text", name, raw))
		}
	}
	number := func(name string, low, high float64) (float64, bool) {
		raw, ok := fields[name]
		if !ok || string(raw) == "null" {
			return math.NaN(), false
		}
		var v float64
		if err := json.Unmarshal(raw, &v); err != nil || !(v >= low && v <= high) {
			errs = errors.Join(errs, fmt.Errorf("%s is %s: want %s", name, raw, span(low, high)))
		}
		return v, true
	}
	whole := func(name string, low float64) (int64, bool) {
		v, ok := number(name, low, largest)
		if ok && v != math.Trunc(v) {
			errs = errors.Join(errs, fmt.Errorf("%s is %s: want a whole number", name, fields[name]))
		}
		if !ok {
			return 0, false
		}
		return int64(v), true
	}
	text("model", &a.Model)
	text("task", &a.Task)
	text("format", &a.Format)
	text("variant", &variant)
	length, hasLength := whole("length", 1)
	sample, hasSample := whole("sample", 0)
	seed, _ := whole("train_seed", -largest)
	score, hasScore := number("score", 0, 1)
	a.Depth, _ = number("depth", 0, 100)
	a.LogProb, _ = number("logprob", math.Inf(-1), 0)
	for _, want := range []struct {
		name string
		ok   bool
	}{{"model", a.Model != ""}, {"length", hasLength}, {"sample", hasSample}, {"score", hasScore}} {
		if errs == nil && !want.ok {
			errs = fmt.Errorf("no %s: want model, length, sample and score%s", want.name, near(fields, want.name))
		}
	}
	if errs != nil {
		return Answer{}, firstOf(errs)
	}
	a.Length, a.Sample, a.TrainSeed, a.Score = int(length), int(sample), seed, score
	a.Model = ModelOf(a.Model, variant, seed)
	return a, nil
}

// near names a key that may be meant.
func near(fields map[string]json.RawMessage, name string) string {
	for field := range fields {
		if strings.EqualFold(field, name) {
			return fmt.Sprintf(" (it has %q)", field)
		}
	}
	return ""
}

// span says which numbers are wanted.
func span(low, high float64) string {
	switch {
	case math.IsInf(low, -1):
		return fmt.Sprintf("a number of at most %g", high)
	case high == largest:
		return fmt.Sprintf("a whole number from %g", low)
	}
	return fmt.Sprintf("a number from %g to %g", low, high)
}

// firstOf returns the first of joined errors: an error is one line.
func firstOf(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return firstOf(joined.Unwrap()[0])
	}
	return err
}

// Keys are those that answers can be compared by.
var Keys = []string{"length", "depth", "format", "task"}

// CheckKeys returns an error that names a key which answers cannot be compared by.
func CheckKeys(by []string) error {
	seen := make(map[string]bool)
	for _, name := range by {
		found := false
		for _, k := range Keys {
			found = found || k == name
		}
		if !found {
			return nearmiss.Unknown("key", name, Keys)
		}
		if seen[name] {
			return fmt.Errorf("key %s is there twice", name)
		}
		seen[name] = true
	}
	return nil
}
