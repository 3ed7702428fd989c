package models

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/ruler"
	"longseq/lcmodels/generate"
	"longseq/study"
	"longseq/study/figure"
	"longseq/study/training"
)

// A Sight is what a model has of a sample's prompt when it is read.
type Inspection struct {
	Model        string
	Architecture string
	Layers       []generate.Seen
	// Tokens of the prompt, and where its needles stand among them, each [first, behind the last).
	Tokens  int
	Needles [][2]int
}

// Look reads the sample's prompt with a model and returns what its layers have of it.
func (c Checkpoints) Inspect(ctx context.Context, name string, sample data.Sample) (Inspection, error) {
	words, reads, close, err := c.reads(name)
	if err != nil {
		return Inspection{}, err
	}
	defer close()
	prompt := words.Prompt(sample.Prompt)
	s := Inspection{Model: filepath.Base(name), Architecture: reads.Model().Architecture.Name(), Tokens: len(prompt)}
	for _, needle := range sample.Needles {
		first, behind := len(words.Prompt(sample.Prompt[:needle])), len(words.Prompt(sample.Prompt[:needle+sample.NeedleLength(needle)]))
		s.Needles = append(s.Needles, [2]int{min(first, len(prompt)), min(behind, len(prompt))})
	}
	s.Layers, err = reads.Look(ctx, prompt)
	return s, err
}

// Needle makes a sample to look at: of recall for a tiny model, else RULER's needle in an essay, as long as said in
// the model's own tokens, the needle at a depth in percent.
func (c Checkpoints) Needle(name string, length int, depth float64) (data.Sample, error) {
	place, err := c.location(name)
	if err != nil {
		return data.Sample{}, err
	}
	cell := study.Cell{Model: name, Task: ruler.SingleNeedle, Length: length, Depth: depth, Format: "essay-word-number", Seed: ruler.Seed2024}
	if _, err := training.ReadRecord(place.Path); err == nil {
		cell.Task, cell.Format = Recall.Name, "essay-word-word"
	}
	tasks, err := c.Tasks(RulerOptions{})
	if err != nil {
		return data.Sample{}, err
	}
	kind, err := tasks.Find(cell.Task)
	if err != nil {
		return data.Sample{}, err
	}
	task, err := kind.Make(cell, corpus.Opticks())
	if err != nil {
		return data.Sample{}, fmt.Errorf("a needle for %s: %w", name, err)
	}
	return task.Sample(0)
}

// The size of a figure of heads.
const (
	maxColumns = 64
	maxLayers  = 6
)

// Attention draws where the last token looks, in percent of its attention; Decay what the decay of recurrent
// layers keeps of what each token wrote. A model without such layers is an error. Of many layers some are drawn.
func (s Inspection) Attention(o figure.Options) (*figure.Figure, error) { return s.draw(true, o) }

// Decay is described at Attention.
func (s Inspection) Decay(o figure.Options) (*figure.Figure, error) { return s.draw(false, o) }

func (s Inspection) draw(attends bool, o figure.Options) (*figure.Figure, error) {
	layers := slices.DeleteFunc(slices.Clone(s.Layers), func(l generate.Seen) bool { return l.Attends != attends })
	m := figure.HeadMap{Tokens: s.Tokens, Needles: s.Needles, Name: s.Model + ", what decay keeps of each token"}
	o.Measure = "kept (%)"
	if attends {
		m.Name, o.Measure = s.Model+", where the last token looks", "attention (%)"
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("%s has no such layers: it is %s", s.Model, s.Architecture)
	}
	each := (s.Tokens + maxColumns - 1) / maxColumns
	for first := 0; first < s.Tokens; first += each {
		m.First = append(m.First, first)
	}
	for i := range min(len(layers), maxLayers) {
		l := layers[i*len(layers)/min(len(layers), maxLayers)]
		for head, kept := range l.Kept {
			row := make([]float64, len(m.First))
			for token, share := range kept {
				if attends { // the attention on all tokens of the column
					row[token/each] += 100 * share
				} else { // what is kept of its last
					row[token/each] = 100 * share
				}
			}
			for col := range row {
				row[col] = min(max(row[col], 0), 100)
			}
			m.Rows, m.Percent = append(m.Rows, fmt.Sprintf("%d.%d", l.Layer, head)), append(m.Percent, row)
		}
	}
	return figure.HeadHeatmap(m, o)
}

// behindNeedle is how many tokens behind a needle count as it: convolutions carry it to them.
const behindNeedle = 3

// OnNeedles returns, of the attending or the recurrent layers, the head that has most of the needles and of the
// three tokens behind each, in percent: of attention the sum over the tokens, of decay the mean.
func (s Inspection) OnNeedles(attends bool) (layer, head int, percent float64) {
	percent = -1
	for _, l := range s.Layers {
		if l.Attends != attends {
			continue
		}
		for h, kept := range l.Kept {
			sum, n := 0.0, 0
			for _, needle := range s.Needles {
				for token := needle[0]; token < min(needle[1]+behindNeedle, s.Tokens); token++ {
					sum, n = sum+kept[token], n+1
				}
			}
			if !attends && n > 0 {
				sum /= float64(n)
			}
			if 100*sum > percent {
				layer, head, percent = l.Layer, h, 100*sum
			}
		}
	}
	return layer, head, percent
}
