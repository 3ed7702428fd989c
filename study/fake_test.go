package study

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/internal/nearmiss"
)

// fakeTask asks for a word that is in the prompt.
type fakeTask struct{ cell Cell }

func (t fakeTask) Sample(number int) (data.Sample, error) {
	word := fmt.Sprintf("w%d", (number*7+int(t.cell.Seed))%16)
	return data.Sample{Number: number, Answers: []string{word}, MaxNewTokens: 1,
		Prompt: fmt.Sprintf("%s %d %v %s number %d: %s", t.cell.Format, t.cell.Length, t.cell.Depth, t.cell.Task, number, word)}, nil
}

type fakeReadings struct {
	cell      Cell
	distances []int
}

func (t fakeReadings) Reading(number int) (data.Reading, error) {
	r := data.Reading{Number: number, Haystack: fmt.Sprintf("needle w%d ", number), Question: "query ",
		Answers: []string{fmt.Sprintf("w%d", number)}, MaxNewTokens: 1}
	start := len(r.Haystack)
	for i := range t.distances[len(t.distances)-1] {
		r.Haystack += string(rune('a' + i%26))
	}
	for _, d := range t.distances {
		r.Stops = append(r.Stops, start+d)
	}
	return r, nil
}

var fakeTasks = NewTasks(
	TaskKind{Name: "recall", Version: "1", Scorer: ExactMatch, HasDepth: true, HasFormat: true,
		Make: func(cell Cell, _ corpus.Corpus) (Task, error) {
			if cell.Length < 20 {
				return nil, fmt.Errorf("the needles need 20 tokens")
			}
			return fakeTask{cell}, nil
		},
		Readings: func(cell Cell, _ corpus.Corpus, distances []int) (ReadingTask, error) {
			return fakeReadings{cell, distances}, nil
		}},
	TaskKind{Name: "vt", Version: "1", Scorer: ExactMatch,
		Make: func(cell Cell, _ corpus.Corpus) (Task, error) { return fakeTask{cell}, nil }},
)

// fakeModels answer by the hash of model and prompt, less rightly at longer lengths.
type fakeModels struct {
	pause    time.Duration // a batch
	asked    atomic.Int64
	opened   atomic.Int64
	afterAsk func(total int64) error
	noForks  bool
	openErr  error
	// computedBy is what the models compute with.
	computedBy ComputedBy
}

func (f *fakeModels) Describe(name string) (Description, error) {
	if known := []string{"llama", "mamba2", "rwkv6"}; !strings.Contains(strings.Join(known, " "), name) {
		return Description{}, nearmiss.Unknown("model", name, known)
	}
	return Description{Digest: "digest of " + name, Architecture: name, Trained: 64,
		StateBytes: func(length int) int64 { return int64(100 * length) }}, nil
}

func (f *fakeModels) Open(_ context.Context, name string) (Answerer, error) {
	f.opened.Add(1)
	if f.openErr != nil {
		return nil, f.openErr
	}
	if f.noForks {
		return &fakeModel{f, name}, nil
	}
	return &fakeRetainer{fakeModel{f, name}}, nil
}

type fakeModel struct {
	all  *fakeModels
	name string
}

func (m *fakeModel) Digest() string { return "digest of " + m.name }

func (m *fakeModel) ComputedBy() ComputedBy { return m.all.computedBy }

func (m *fakeModel) Answer(_ context.Context, samples []data.Sample) ([]Prediction, error) {
	time.Sleep(m.all.pause)
	out := make([]Prediction, len(samples))
	for i, s := range samples {
		h := fnv.New64a()
		h.Write([]byte(m.name + s.Prompt))
		p := Prediction{Text: s.Answers[0], LogProb: -float64(h.Sum64()%1000) / 500, Rank: 1, PromptTokens: len(s.Prompt), Prefill: time.Millisecond}
		if h.Sum64()%5 < 2 {
			p.Text, p.LogProb, p.Rank = "other", math.NaN(), 3
		}
		out[i] = p
	}
	total := m.all.asked.Add(int64(len(samples)))
	if m.all.afterAsk != nil {
		return out, m.all.afterAsk(total)
	}
	return out, nil
}

// fakeRetainer is a fakeModel that reads each haystack once.
type fakeRetainer struct{ fakeModel }

func (m *fakeRetainer) Retain(ctx context.Context, readings []data.Reading) ([][]Prediction, error) {
	out := make([][]Prediction, len(readings))
	for i, r := range readings {
		p, err := m.Answer(ctx, r.Prompts())
		if err != nil {
			return nil, err
		}
		from := 0
		for k, stop := range r.Stops {
			p[k].TokensRead = stop - from + len(r.Question)
			from = stop
		}
		out[i] = p
	}
	return out, nil
}

var errFake = errors.New("out of memory")

func fakePlan() Plan {
	return Plan{Models: []string{"mamba2", "llama"}, Tasks: []string{"recall", "vt"}, Lengths: []int{64, 256},
		Depths: []float64{0, 50, 100}, Formats: []string{"essay-word", "repeat-word-number"}, Samples: 10,
		Seeds: []int64{1, 2}, Distances: []int{8, 16, 64}, Batch: 4}
}

// fakeSamples is the number of fakePlan's samples: 2 models x (recall 2 formats x 2 lengths x 3
// depths x 2 seeds + vt 2 lengths x 2 seeds + retention 2 formats x 2 seeds x 3 distances) x 10.
const fakeSamples = 2 * (24 + 4 + 12) * 10
