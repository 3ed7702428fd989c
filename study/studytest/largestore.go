package studytest

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/internal/identity"
	"longseq/study"
)

// LargeTasks are the tasks of [WriteLargeStore].
var LargeTasks = study.NewTasks(study.TaskKind{Name: "needles", Version: "1", Scorer: study.ExactMatch, HasDepth: true, HasFormat: true,
	Make: func(study.Cell, corpus.Corpus) (study.Task, error) { return noSamples{}, nil }})

type noSamples struct{}

func (noSamples) Sample(number int) (data.Sample, error) {
	return data.Sample{}, fmt.Errorf("there is no sample %d: records are made without", number)
}

// largeModels have no answers, but a state of a size that is known.
type largeModels struct{ Extremes }

func (largeModels) Describe(name string) (study.Description, error) {
	return study.Description{Digest: name, StateBytes: func(length int) int64 { return int64(len(name)*length) << 10 }}, nil
}

// linesPerFile is about how many records a sweep writes before it begins another file.
const linesPerFile = 500_000

// WriteLargeStore writes a store of n records to an empty folder, with its plan, as a sweep of six models by five lengths
// and five depths leaves it: block by block, each model after the other. Of three answers, one is wrong and a sentence.
func WriteLargeStore(dir string, n int) error {
	return WriteStoreOfFiles(dir, n, (n+linesPerFile-1)/linesPerFile)
}

// WriteStoreOfFiles is [WriteLargeStore] with that many record files of equal size.
func WriteStoreOfFiles(dir string, n, files int) error {
	linesPerFile := (n + files - 1) / files
	const lengths, depths = 5, 5
	plan := study.Plan{Models: []string{"griffin", "llama", "mamba2", "mamba2attn", "rwkv6", "transformerpp"}, Tasks: LargeTasks.Names()}
	for i := range lengths {
		plan.Lengths = append(plan.Lengths, 64<<i)
	}
	cellsOfAll := len(plan.Models) * lengths * depths
	plan.Samples = (n + cellsOfAll - 1) / cellsOfAll
	resolved, err := study.Resolve(plan, largeModels{}, LargeTasks)
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(resolved)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, study.ResolvedFile), text, 0o666); err != nil {
		return err
	}
	cells, err := resolved.Cells(LargeTasks)
	if err != nil {
		return err
	}
	var out *recordFile
	for i := range n {
		if i%linesPerFile == 0 {
			if err := out.close(); err != nil {
				return err
			}
			if out, err = newRecordFile(filepath.Join(dir, fmt.Sprintf("records-0-vm-%d.jsonl", i/linesPerFile))); err != nil {
				return err
			}
		}
		line, err := largeRecord(cells[i/plan.Samples], i%plan.Samples).MarshalJSON()
		if err != nil {
			return err
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.close()
}

// recordFile is a file of records that is being written.
type recordFile struct {
	*bufio.Writer
	file *os.File
}

func newRecordFile(path string) (*recordFile, error) {
	file, err := os.Create(path)
	return &recordFile{bufio.NewWriterSize(file, 1<<20), file}, err
}

func (f *recordFile) close() error {
	if f == nil {
		return nil
	}
	if err := f.Flush(); err != nil {
		return err
	}
	return f.file.Close()
}

// largeRecord returns a record that depends on the cell and the number alone.
func largeRecord(cell study.Cell, sample int) study.Record {
	question := identity.Of(strings.TrimPrefix(cell.String(), cell.Model), fmt.Sprint(sample))
	answer := fmt.Sprint(1_000_000 + (sample*7919+cell.Length)%9_000_000)
	r := study.Record{Cell: cell.ID, Sample: sample, Model: cell.Model, Task: cell.Task, Length: cell.Length, Depth: cell.Depth,
		Format: cell.Format, Seed: cell.Seed, Prompt: question, Answer: []string{answer}, Prediction: answer, Score: 1,
		LogProb: -0.01234567 * float64(sample%97+1), Rank: 1, PromptTokens: cell.Length - 8, Prefill: time.Duration(1_234_567 + sample%4096),
		Decode: 234_567, ComputedBy: study.ComputedBy{Backend: "xla:cpu", Device: "cpu", Dots: "f32", Native: true}, Host: "vm",
		Time: time.Date(2026, 11, 28, 1, 2, 3, 456e6, time.UTC).Add(time.Duration(sample) * time.Millisecond)}
	if (sample+len(cell.Model))%3 == 0 {
		r.Prediction, r.Score, r.Rank = "the number of "+question[:6]+" is not in the text", 0, 2
		r.Failure = "absent"
	}
	return r
}
