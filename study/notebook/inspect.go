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

// Inspect reads the sample with a model and shows the attention of the last token and the decay over the prompt: for
// each a figure, saved as figures/attention and figures/decay, and the head with the most on the needles; or a line that
// the model has no such layers.
func (l Lab) Inspect(model string, sample data.Sample) {
	s, err := models.Checkpoints{}.Inspect(Interruptible(), model, sample)
	display.Fatal(err)
	for _, kind := range []struct {
		attends    bool
		draw       func(figure.Options) (*figure.Figure, error)
		name, text string
	}{
		{true, s.Attention, "attention", "Layer %[2]d, head %[3]d has the most attention on the needle: %.1[1]f%% is on it and on the three tokens after it, to which convolutions carry its content."},
		{false, s.Decay, "decay", "Layer %[2]d, head or channel %[3]d keeps the most of the needle: its decay leaves %.0[1]f%% of what the needle wrote."},
	} {
		layer, head, percent := s.OnNeedles(kind.attends)
		if percent < 0 {
			display.Markdown(fmt.Sprintf("%s has no layers for a figure of %s.", s.Model, kind.name))
			continue
		}
		f, err := kind.draw(figure.Options{})
		l.Figure(f, err, kind.name)
		display.Markdown(fmt.Sprintf(kind.text, percent, layer, head))
	}
}

// Watch reads the sample's prompt in parts and shows the size of the state after each, and how much it changed.
func Watch(model string, s data.Sample, parts int) {
	passages, err := models.Checkpoints{}.Watch(Interruptible(), model, s.Prompt, parts)
	display.Fatal(err)
	var b strings.Builder
	b.WriteString("| tokens read | state, bytes | change of the state |\n|---:|---:|---:|\n")
	for _, p := range passages {
		fmt.Fprintf(&b, "| %d | %d | %.0f%% |\n", p.Tokens, p.StateBytes, 100*p.Moved)
	}
	display.Markdown(b.String())
}
