package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"longseq/data"
	"longseq/data/ruler/samplefile"
	"longseq/study"
)

// ReadRuler returns one summary of the records at all paths. A path is a store, a file of RULER's samples with
// predictions, or a folder of such files, in which files without predictions are ignored. Model, length and task
// of a file's predictions follow from its path, as in RULER's layout, MODEL/synthetic/LENGTH/pred/TASK.jsonl:
// the length is the last part of the path with a number of at least 128 in it, the model is the part before it,
// or before "synthetic". A file whose path has no task or length, and a folder without predictions, is an error.
func ReadRuler(paths []string, confidence float64) (Summary, error) {
	all := Summary{Confidence: confidence}
	for _, path := range paths {
		s, err := readRuler(path, confidence)
		if err != nil {
			return Summary{}, err
		}
		if len(paths) == 1 {
			return s, nil
		}
		all.Records = append(all.Records, s.Records...)
		all.warnings = append(all.warnings, s.warnings...)
		for _, model := range s.Models {
			if !slices.Contains(all.Models, model) {
				all.Models = append(all.Models, model)
			}
		}
	}
	return all, nil
}

// readRuler returns the summary of a store, a file of predictions or a folder of such files.
func readRuler(path string, confidence float64) (Summary, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Summary{}, fmt.Errorf("read predictions: %w", err)
	}
	if !info.IsDir() {
		records, err := readPredictions(path)
		return Of(&study.Store{Dir: path, Records: records}, confidence), err
	}
	store, err := study.OpenStore(path)
	if err == nil && len(store.Records) == 0 {
		store.Records, err = readFolder(path)
	}
	if err != nil {
		return Summary{}, err
	}
	return Of(store, confidence), nil
}

// readFolder returns a record of each prediction in the files of a folder.
func readFolder(path string) ([]study.Record, error) {
	var records []study.Record
	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(strings.TrimSuffix(file, ".gz"), ".jsonl") {
			return err
		}
		if _, err := samplefile.TaskOf(file); err != nil {
			return nil
		}
		of, err := readPredictions(file)
		if errors.Is(err, samplefile.ErrNoPrediction) && len(of) == 0 {
			return nil
		}
		records = append(records, of...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("no predictions in %s: want a store, or files named for their task (%s) with a prediction (pred) in each line", path, "vt.jsonl")
	}
	return records, nil
}

// readPredictions returns a record of each prediction in a file. With an error it returns the records before it.
func readPredictions(path string) ([]study.Record, error) {
	task, err := samplefile.TaskOf(path)
	if err != nil {
		return nil, err
	}
	model, length, err := rulerPath(path)
	if err != nil {
		return nil, err
	}
	var records []study.Record
	for a, err := range samplefile.FileLines(path) {
		if err != nil {
			return records, fmt.Errorf("read predictions %s: %w", path, err)
		}
		score, failure, err := a.Score(task)
		if err != nil {
			return records, fmt.Errorf("score %s: sample %d: %w", path, len(records), err)
		}
		r := study.Record{Sample: len(records), Model: model, Task: task.Name, Length: length, Depth: data.AnyDepth, Answer: a.Outputs,
			Prediction: *a.Prediction, Score: score, Failure: string(failure)}
		if a.RULER != nil && !*a.RULER {
			r.SampleVariant = "not RULER's"
		}
		records = append(records, r)
	}
	return records, nil
}

// minLength is the least number in a path that is taken for a length. A seed in a file's name is smaller.
const minLength = 128

// rulerPath returns the model and the length of a file's predictions, from its path.
func rulerPath(path string) (model string, length int, err error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", 0, fmt.Errorf("read predictions: %w", err)
	}
	parts := strings.Split(filepath.ToSlash(absolute), "/")
	at := len(parts) - 1
	for ; at >= 0 && length == 0; at-- {
		for _, field := range strings.FieldsFunc(parts[at], func(r rune) bool { return r == '-' || r == '.' }) {
			if n, err := strconv.Atoi(field); err == nil && n >= minLength {
				length = n
			}
		}
	}
	if length == 0 {
		return "", 0, fmt.Errorf("%s: no length in its path: want MODEL/LENGTH/TASK.jsonl, or MODEL/synthetic/LENGTH/pred/TASK.jsonl as RULER has it", path)
	}
	if at > 0 && parts[at] == "synthetic" {
		at--
	}
	if at < 0 || parts[at] == "" {
		return "predictions", length, nil
	}
	return parts[at], length, nil
}
