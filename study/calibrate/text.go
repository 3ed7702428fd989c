package calibrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/internal/identity"
	"longseq/internal/input"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels/generate"
	"longseq/study"
	"longseq/study/models"
)

// Samples of a search and those held out have seeds that no plan is likely to name, so that a model is not asked what it was
// calibrated on.
const (
	searchSeeds  = 1 << 29
	heldOutSeeds = 1 << 30
)

// A text is what losses are measured on.
type text interface {
	// name and digest say what it is.
	name() string
	digest() string
	// loss is the mean negative log-probability of the right tokens, in nats, of the model at a location.
	loss(ctx context.Context, l models.Location) (float64, error)
}

// rows draws the rows with a seed.
func (o Options) rows(seed int64) (text, error) {
	if o.Text != "" {
		return o.textRows(seed)
	}
	return o.taskRows(seed)
}

// taskRows are samples of a task, of which the right answers are predicted.
type taskRows struct {
	o       Options
	samples []data.Sample
}

// depths are those that samples are spread over, percent.
var depths = []float64{0, 25, 50, 75, 100}

func (o Options) taskRows(seed int64) (text, error) {
	from := models.Checkpoints{Backend: o.Backend, Locations: map[string]models.Location{o.Model: o.Location}}
	tasks, err := from.Tasks(models.RulerOptions{})
	if err != nil {
		return nil, err
	}
	kind, err := tasks.Find(o.Task)
	if err != nil {
		return nil, err
	}
	haystack, err := corpus.Open("")
	if err != nil {
		return nil, err
	}
	t := taskRows{o: o}
	for i := range o.Rows {
		cell := study.Cell{Model: o.Model, Task: o.Task, Length: o.Length, Depth: data.AnyDepth, Seed: seed}
		if kind.HasDepth {
			cell.Depth = depths[i%len(depths)]
		}
		if kind.HasFormat {
			cell.Format = o.Format
		}
		task, err := kind.Make(cell, haystack)
		if err != nil {
			return nil, err
		}
		sample, err := task.Sample(i / len(depths))
		if err != nil {
			return nil, fmt.Errorf("make sample %d: %w", i, err)
		}
		t.samples = append(t.samples, sample)
	}
	return t, nil
}

func (t taskRows) name() string { return t.o.Task + " " + t.o.Format }

func (t taskRows) digest() string {
	var parts []string
	for _, s := range t.samples {
		parts = append(parts, s.Prompt)
	}
	return identity.Of(parts...)
}

func (t taskRows) loss(ctx context.Context, l models.Location) (float64, error) {
	from := models.Checkpoints{Backend: t.o.Backend, Locations: map[string]models.Location{t.o.Model: l}}
	m, err := from.Open(ctx, t.o.Model)
	if err != nil {
		return 0, err
	}
	predictions, err := m.Answer(ctx, t.samples)
	if closer, ok := m.(interface{ Close() error }); ok {
		err = errors.Join(err, closer.Close())
	}
	if err != nil {
		return 0, err
	}
	total := 0.0
	for i, p := range predictions {
		if math.IsNaN(p.LogProb) {
			if p.NotFinite {
				return math.Inf(1), nil // such factors are no candidates
			}
			return 0, fmt.Errorf("sample %d: the right answer has no tokens of its own, so it has no log-probability", i)
		}
		total -= p.LogProb / float64(len(predictions))
	}
	return total, nil
}

// textRows are rows of a text, of which every token but the first is predicted.
type textRows struct {
	o      Options
	sha256 string
	rows   [][]int32
}

// maxText is the limit of a text in bytes.
const maxText = 256 << 20

func (o Options) textRows(seed int64) (text, error) {
	raw, err := input.Read(o.Text, maxText)
	if err != nil {
		return nil, err
	}
	m, tok, err := o.Location.Load()
	if err != nil {
		return nil, err
	}
	tokens := tok.Encode(string(raw))
	if len(tokens) < 2*o.Length {
		return nil, fmt.Errorf("%s has %d tokens of %s: want at least two rows of %d", o.Text, len(tokens), m.Name, o.Length)
	}
	t := textRows{o: o, sha256: identity.Of(string(raw))}
	// Rows of the search are of the first half, those held out of the second.
	half := len(tokens) / 2
	if seed >= heldOutSeeds {
		tokens = tokens[half:]
	} else {
		tokens = tokens[:half]
	}
	random := rand.New(rand.NewPCG(uint64(seed), 2))
	for range o.Rows {
		from := random.IntN(len(tokens) - o.Length + 1)
		t.rows = append(t.rows, tokens[from:from+o.Length])
	}
	return t, nil
}

func (t textRows) name() string   { return filepath.Base(t.o.Text) }
func (t textRows) digest() string { return t.sha256 }

func (t textRows) loss(ctx context.Context, l models.Location) (float64, error) {
	m, err := l.LoadModel()
	if err != nil {
		return 0, err
	}
	b, err := backend.Open(t.o.Backend)
	if err != nil {
		return 0, err
	}
	defer b.Finalize()
	r, err := generate.NewReader(b, m, min(t.o.Length, generate.DefaultChunk))
	if err != nil {
		return 0, err
	}
	total, vocab := 0.0, m.Architecture.Vocab()
	err = r.Logits(ctx, t.rows, func(row, from int, logits []float32) error {
		for i := range len(logits) / vocab {
			if next := from + i + 1; next < len(t.rows[row]) {
				total -= logProbability(logits[i*vocab:(i+1)*vocab], t.rows[row][next])
			}
		}
		return nil
	})
	var bad *generate.NotFinite
	if errors.As(err, &bad) {
		return math.Inf(1), nil
	}
	return total / float64(len(t.rows)*(t.o.Length-1)), err
}

// logProbability of a token by its logits, in nats.
func logProbability(logits []float32, token int32) float64 {
	most := logits[0]
	for _, v := range logits {
		most = max(most, v)
	}
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(float64(v - most))
	}
	return float64(logits[token]-most) - math.Log(sum)
}
