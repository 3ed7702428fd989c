package notebook

import (
	"fmt"
	"strings"

	"longseq/data"
	"longseq/kernelsrc/jupyter/display"
	"longseq/study/figure"
	"longseq/study/models"
)

// Needle makes a sample for a model, see [models.Checkpoints.Needle].
func Needle(model string, length int, depth float64) data.Sample {
	s, err := models.Checkpoints{}.Needle(model, length, depth)
	display.Fatal(err)
	return s
}

// Look reads the sample with a model and returns what its layers have of it in the end. An error ends the program
// with one line.
func Look(model string, s data.Sample) models.Inspection {
	sight, err := models.Checkpoints{}.Inspect(Interruptible(), model, s)
	display.Fatal(err)
	return sight
}

// Sight shows where the last token looks and what decay keeps: of each, a figure and the head that has most of the
// needles, or a line that the model has no such layers.
func Sight(s models.Inspection, dir string) {
	for _, kind := range []struct {
		attends     bool
		draw        func(figure.Options) (*figure.Figure, error)
		name, words string
	}{
		{true, s.Attention, "attention", "%.1f%% of the attention of layer %d, head %d is on the needle and the three tokens behind it, to which convolutions carry it: more than of any other head."},
		{false, s.Decay, "decay", "%.0f%% of what the needle wrote is left by the decay of layer %d, head or channel %d, more than by any other."},
	} {
		layer, head, percent := s.OnNeedles(kind.attends)
		if percent < 0 {
			display.Markdown(fmt.Sprintf("%s has no layers for a figure of %s.", s.Model, kind.name))
			continue
		}
		f, err := kind.draw(figure.Options{})
		Figure(f, err, dir, kind.name)
		display.Markdown(fmt.Sprintf(kind.words, percent, layer, head))
	}
}

// Watch reads the sample's prompt in parts and shows what the state did: its size, and how far it moved.
func Watch(model string, s data.Sample, parts int) {
	passages, err := models.Checkpoints{}.Watch(Interruptible(), model, s.Prompt, parts)
	display.Fatal(err)
	var b strings.Builder
	b.WriteString("| tokens read | state, bytes | state moved |\n|---:|---:|---:|\n")
	for _, p := range passages {
		fmt.Fprintf(&b, "| %d | %d | %.0f%% |\n", p.Tokens, p.StateBytes, 100*p.Moved)
	}
	display.Markdown(b.String())
}
