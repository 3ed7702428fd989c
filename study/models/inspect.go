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

// An Inspection is per-layer attention and decay over a prompt, after the model has read it.
type Inspection struct {
	Model        string
	Architecture string
	Layers       []generate.Inspection
	// Tokens is the length of the prompt. Needles are the token ranges of its needles, each [first, end).
	Tokens  int
	Needles [][2]int
}

// Inspect reads the sample's prompt with a model and returns its layers' attention and decay.
func (c Checkpoints) Inspect(ctx context.Context, name string, sample data.Sample) (Inspection, error) {
	tok, reads, close, err := c.reads(name)
	if err != nil {
		return Inspection{}, err
	}
	defer close()
	prompt := tok.Prompt(sample.Prompt)
	s := Inspection{Model: filepath.Base(name), Architecture: reads.Model().Architecture.Name(), Tokens: len(prompt)}
	for _, needle := range sample.Needles {
		first, behind := len(tok.Prompt(sample.Prompt[:needle])), len(tok.Prompt(sample.Prompt[:needle+sample.NeedleLength(needle)]))
		s.Needles = append(s.Needles, [2]int{min(first, len(prompt)), min(behind, len(prompt))})
	}
	s.Layers, err = reads.Inspect(ctx, prompt)
	return s, err
}

// Needle makes a sample for [Checkpoints.Inspect]: of recall for a tiny model, else RULER's needle in an essay. The
// length is in tokens of the model, and the needle is at the given depth in percent.
func (c Checkpoints) Needle(name string, length int, depth float64) (data.Sample, error) {
	location, err := c.location(name)
	if err != nil {
		return data.Sample{}, err
	}
	cell := study.Cell{Model: name, Task: ruler.SingleNeedle, Length: length, Depth: depth, Format: "essay-word-number", Seed: ruler.Seed2024}
	if _, err := training.ReadRecord(location.Path); err == nil {
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

// The largest figure of heads.
const (
	maxColumns = 64
	maxLayers  = 6
)

// Attention draws the attention of the last token on each token of the prompt, in percent, one row a head. At most
// six layers are drawn, evenly spread. A model without attention is an error.
func (s Inspection) Attention(o figure.Options) (*figure.Figure, error) { return s.draw(true, o) }

// Decay draws the product of the decays from each token to the end of the prompt, in percent: the share of what the
// token wrote to the state that is left. A model without recurrent layers is an error.
func (s Inspection) Decay(o figure.Options) (*figure.Figure, error) { return s.draw(false, o) }

func (s Inspection) draw(attends bool, o figure.Options) (*figure.Figure, error) {
	layers := slices.DeleteFunc(slices.Clone(s.Layers), func(l generate.Inspection) bool { return l.Attends != attends })
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
				if attends { // sum over the tokens of the column
					row[token/each] += 100 * share
				} else { // of the last token of the column
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

// behindNeedle is how many tokens after a needle count as part of it: convolutions carry its content to them.
const behindNeedle = 3

// OnNeedles returns the head, of the attention layers or of the recurrent ones, with the largest share on the needles
// and the three tokens after each, in percent: the sum of the attention on these tokens, or the mean of their decay.
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
