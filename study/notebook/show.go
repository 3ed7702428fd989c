package notebook

import (
	"fmt"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study"
	"longseq/study/figure"
	"longseq/study/report"
	"longseq/study/training"
)

// Figure shows a figure with its caption and saves it in every format, with its numbers, as dir/name.
// An error, f's own or in saving, ends the program with one line.
func Figure(f *figure.Figure, err error, dir, name string) {
	display.Fatal(err)
	_, err = figure.Save(f, dir, name)
	display.Fatal(err)
	svg, png := screen(f)
	display.Figure(svg, png, f.Alt)
	display.Markdown("*" + f.Caption + "*")
}

// screen renders a figure for a notebook.
func screen(f *figure.Figure) (svg, png []byte) {
	svg, err := figure.Render(f, figure.SVG)
	display.Fatal(err)
	png, err = figure.Screen(f)
	display.Fatal(err)
	return svg, png
}

// Table shows a table and saves it as text, Markdown, LaTeX and CSV, as dir/name.
func Table(t report.Table, dir, name string) {
	_, err := t.Save(dir, name)
	display.Fatal(err)
	display.Table(t.HTML(), t.Text())
}

// TokensSaved says in a line what a store's retention curves have cost, and what they would have cost
// without forked state.
func TokensSaved(dir string) {
	store, err := study.OpenStore(dir)
	display.Fatal(err)
	read, unshared := study.TokensSaved(store.Records)
	if read == 0 {
		return
	}
	display.Markdown(fmt.Sprintf("%d tokens were read, in place of %d prompt by prompt: %.1f times fewer.",
		read, unshared, float64(unshared)/float64(read)))
}

// SameWeights says in a line whether trainings ended in the weights that lie in dir.
func SameWeights(records []training.Record, dir string) {
	same, both := training.SameWeights(records, dir)
	switch {
	case both == 0:
		display.Markdown("No models of the same training lie in the repository to compare with.")
	case same == both:
		display.Markdown(fmt.Sprintf("All %d models have the same weights as those in the repository, to the bit.", both))
	default:
		display.Markdown(fmt.Sprintf("%d of %d models have the same weights as those in the repository, to the bit; "+
			"the others were rounded otherwise on the way, as another kind of processor does.", same, both))
	}
}
