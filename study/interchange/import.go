package interchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"longseq/data"
	"longseq/internal/durable"
	"longseq/internal/identity"
	"longseq/internal/input"
	"longseq/study"
	"longseq/study/report"
)

// maxFile is the size that a file to import may have, in bytes.
const maxFile = 1 << 30

// Read reads the records of other programs' results. A path is a samples_*.jsonl file of lm-evaluation-harness; a results file of "needle in
// a haystack", JSON with model, context_length, depth_percent and score (1 to 10); or what [report.ReadRuler] reads. The identities of
// cells follow from model, task, length and depth, so that they are no cells of any plan.
func Read(paths []string) ([]study.Record, error) {
	var records []study.Record
	var ruler []string
	for _, path := range paths {
		base := filepath.Base(path)
		var some []study.Record
		var err error
		switch {
		case strings.HasPrefix(base, "samples_") && strings.HasSuffix(base, ".jsonl"):
			some, err = readSamples(path)
		case strings.HasSuffix(base, ".json"):
			some, err = readNeedle(path)
		default:
			ruler = append(ruler, path)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("import %s: %w", path, err)
		}
		records = append(records, some...)
	}
	if len(ruler) > 0 {
		of, err := report.ReadRuler(ruler, 0.95)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		for _, r := range of.Records {
			records = append(records, *r)
		}
	}
	numbers := map[string]int{}
	for i := range records {
		r := &records[i]
		if r.Cell == "" {
			r.Cell = identity.Of("imported", r.Model, r.Task, strconv.Itoa(r.Length), fmt.Sprint(r.Depth), r.Format)
		}
		if r.Sample < 0 {
			r.Sample = numbers[r.Cell]
		}
		numbers[r.Cell] = max(numbers[r.Cell], r.Sample) + 1
	}
	if len(records) == 0 {
		return nil, errors.New("import: no results in the files")
	}
	return records, nil
}

// readSamples reads a samples file of lm-evaluation-harness. Its task and time are in its name, and its model is its folder's.
func readSamples(path string) ([]study.Record, error) {
	text, err := input.Read(path, maxFile)
	if err != nil {
		return nil, err
	}
	named := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "samples_"), ".jsonl")
	task := named
	if i := strings.LastIndexByte(named, '_'); i > 0 {
		task = named[:i]
	}
	model := strings.ReplaceAll(filepath.Base(filepath.Dir(path)), "__", "/")
	var records []study.Record
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxFile)
	for number := 1; lines.Scan(); number++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		r, err := readSample(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		r.Model = model
		if r.Task == "" {
			r.Task = task
		}
		records = append(records, r)
	}
	return records, lines.Err()
}

// readSample reads a line of a samples file: its first metric that is a score.
func readSample(line []byte) (study.Record, error) {
	r := study.Record{Depth: data.AnyDepth, LogProb: math.NaN()}
	var sample struct {
		ID  int `json:"doc_id"`
		Doc struct {
			Outputs []string `json:"outputs"`
			Length  int      `json:"max_length"`
			Task    string   `json:"task"`
			Format  string   `json:"format"`
			Depth   *float64 `json:"depth"`
			Cell    string   `json:"cell"`
			Seed    int64    `json:"seed"`
		} `json:"doc"`
		Target   any             `json:"target"`
		Filtered json.RawMessage `json:"filtered_resps"`
		Metrics  []string        `json:"metrics"`
		Prompt   string          `json:"prompt_hash"`
	}
	if err := json.Unmarshal(line, &sample); err != nil {
		return r, err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(line, &keys); err != nil {
		return r, err
	}
	r.Sample, r.Length, r.Task, r.Format, r.Prompt, r.Cell, r.Seed = sample.ID, sample.Doc.Length, sample.Doc.Task, sample.Doc.Format, sample.Prompt, sample.Doc.Cell, sample.Doc.Seed
	if sample.Doc.Depth != nil {
		r.Depth = *sample.Doc.Depth
	}
	if r.Answer = sample.Doc.Outputs; len(r.Answer) == 0 && sample.Target != nil {
		r.Answer = []string{fmt.Sprint(sample.Target)}
	}
	var texts []string
	if json.Unmarshal(sample.Filtered, &texts) == nil && len(texts) > 0 {
		r.Prediction = texts[0]
	}
	found := false
	for _, metric := range sample.Metrics {
		var score float64
		if json.Unmarshal(keys[metric], &score) != nil || !(score >= 0 && score <= 1) {
			continue // RULER's tasks there give -1 at lengths that a sample does not have
		}
		if length, err := strconv.Atoi(metric); err == nil && r.Length == 0 {
			r.Length = length
		}
		r.Score, found = score, true
		break
	}
	if !found {
		return r, fmt.Errorf("no score from 0 to 1 among its metrics %v", sample.Metrics)
	}
	return r, nil
}

// readNeedle reads a results file of "needle in a haystack", of one result or a list.
func readNeedle(path string) ([]study.Record, error) {
	text, err := input.Read(path, maxFile)
	if err != nil {
		return nil, err
	}
	type result struct {
		Model    string   `json:"model"`
		Length   int      `json:"context_length"`
		Depth    *float64 `json:"depth_percent"`
		Needle   string   `json:"needle"`
		Response string   `json:"model_response"`
		Score    *float64 `json:"score"`
	}
	var list []result
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		err = json.Unmarshal(text, &list)
	} else {
		list = make([]result, 1)
		err = json.Unmarshal(text, &list[0])
	}
	if err != nil {
		return nil, err
	}
	var records []study.Record
	for i, one := range list {
		switch {
		case one.Model == "" || one.Length < 1 || one.Depth == nil || one.Score == nil:
			return nil, fmt.Errorf("result %d: want model, context_length, depth_percent and score", i+1)
		case !(*one.Score >= 0 && *one.Score <= 10):
			return nil, fmt.Errorf("result %d: score %v; want 1 to 10", i+1, *one.Score)
		case !(*one.Depth >= 0 && *one.Depth <= 100):
			return nil, fmt.Errorf("result %d: depth_percent %v; want 0 to 100", i+1, *one.Depth)
		}
		records = append(records, study.Record{Sample: -1, Model: one.Model, Task: "needle", Length: one.Length, Depth: *one.Depth, Answer: []string{one.Needle},
			Prediction: one.Response, Score: *one.Score / 10, LogProb: math.NaN()})
	}
	return records, nil
}

// imported is what files of imported records are called.
var imported = regexp.MustCompile(`^records-imported-[0-9a-f]+\.jsonl$`)

// Write makes dir a store of imported records, or adds them to one. A store with a plan is refused: they are no answers to it. The same
// records written twice are there once.
func Write(dir string, records []study.Record) (path string, err error) {
	if _, err := study.ReadResolved(dir); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("import: %s is the store of a plan: want another folder", dir)
	}
	if entries, err := os.ReadDir(dir); err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), "records-") && !imported.MatchString(e.Name())
	}) {
		return "", fmt.Errorf("import: %s has records of a sweep: want another folder", dir)
	}
	var text bytes.Buffer
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return "", fmt.Errorf("import: %w", err)
		}
		text.Write(append(line, '\n'))
	}
	if err := durable.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("import: %w", err)
	}
	path = filepath.Join(dir, "records-imported-"+identity.Of(text.String())+".jsonl")
	if err := durable.WriteFile(path, text.Bytes(), 0o666); err != nil {
		return "", fmt.Errorf("import: %w", err)
	}
	return path, nil
}
