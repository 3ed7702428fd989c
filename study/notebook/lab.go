package notebook

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/jupyter/display"
	"longseq/study"
	"longseq/study/figure"
	"longseq/study/models"
	"longseq/study/report"
	"longseq/study/training"
)

// tiny is the folder of the trained models that come with the repository, seen from its notebooks.
const tiny = "../lcmodels/tiny"

// confidence is that of the intervals that are shown.
const confidence = 0.95

// A Lab is the workplace of a notebook.
type Lab struct {
	Models  string // folder that holds a folder a model; those of the repository are asked where it has none of a name
	Plans   string // folder of plan files
	Results string // folder that holds a store a plan, and the folders figures and tables
}

// Open returns the workplace of the notebook of that name in the repository: plans in ./plans, and models and results
// in a folder of its name in ../results, or in the folder that LONGSEQ_RESULTS names. Where LONGSEQ_QUICK is set, the
// trained models of the repository are asked the smaller plans in ./plans/quick, and the results go to a folder with
// -quick behind its name.
func Open(name string) Lab {
	root := os.Getenv("LONGSEQ_RESULTS")
	if root == "" {
		root = "../results"
	}
	if os.Getenv("LONGSEQ_QUICK") != "" {
		return Lab{Models: tiny, Plans: "plans/quick", Results: filepath.Join(root, name+"-quick")}
	}
	results := filepath.Join(root, name)
	return Lab{Models: filepath.Join(results, "models"), Plans: "plans", Results: results}
}

// Train trains tiny models with a bar, and shows how they were trained and whether their weights are those that come
// with the repository. The models go to the lab's folder of models, whatever t.Dir says. An interrupted training goes
// on where it stopped when the cell runs again.
func (l Lab) Train(t training.Training) []training.Record {
	t.Dir, t.Progress = l.Models, TrainingProgress()
	t.Notice = func(line string) { display.Markdown("*" + line + "*") }
	records, err := t.Run(Interruptible())
	display.Fatal(err)
	display.Markdown(training.Table(records).RenderMarkdown() + "\n\n" + sameWeights(records))
	return records
}

// sameWeights says in a line whether trainings ended in the weights that come with the repository.
func sameWeights(records []training.Record) string {
	same, both := training.SameWeights(records, tiny)
	switch {
	case both == 0:
		return "The repository has no models of the same training to compare with."
	case same == both:
		return fmt.Sprintf("All %d models have the same weights as those in the repository, to the bit.", both)
	default:
		return fmt.Sprintf("%d of %d models have the same weights as those in the repository, to the bit; "+
			"the others were rounded differently, as by another kind of processor.", same, both)
	}
}

// Sweep asks the lab's models what a plan file says, with a bar, and returns the summary of the store, which has the
// plan's name. Samples that the store has are not asked again.
func (l Lab) Sweep(plan string) report.Summary {
	return l.sweep(plan, SweepProgress())
}

func (l Lab) sweep(plan string, progress func(study.Progress)) report.Summary {
	if found, err := backend.Find(""); err == nil && found.Warning != "" {
		display.Markdown("*" + found.Warning + "*")
	}
	read, err := study.ReadPlan(filepath.Join(l.Plans, plan))
	display.Fatal(err)
	store, err := models.Checkpoints{Folders: []string{l.Models, tiny}}.Sweep(Interruptible(), read, l.store(plan), progress)
	display.Fatal(err)
	return report.Of(store, confidence)
}

// store is the folder of the store of a plan, with or without the extension of its file.
func (l Lab) store(plan string) string {
	return filepath.Join(l.Results, strings.TrimSuffix(plan, filepath.Ext(plan)))
}

// Store returns the summary of the store of a plan, with 95% intervals.
func (l Lab) Store(plan string) report.Summary {
	store, err := study.OpenStore(l.store(plan))
	display.Fatal(err)
	return report.Of(store, confidence)
}

// Figure shows a figure with its caption, and saves it in every format, with its numbers, as figures/name. err is that
// of making the figure.
func (l Lab) Figure(f *figure.Figure, err error, name string) {
	display.Fatal(err)
	l.save(f, name)
	svg, png := screen(f)
	display.Figure(svg, png, f.Alt)
	display.Markdown("*" + f.Caption + "*")
}

func (l Lab) save(f *figure.Figure, name string) {
	_, err := figure.Save(f, filepath.Join(l.Results, "figures"), name)
	display.Fatal(err)
}

// screen renders a figure for a notebook.
func screen(f *figure.Figure) (svg, png []byte) {
	svg, err := figure.Render(f, figure.SVG)
	display.Fatal(err)
	png, err = figure.Screen(f)
	display.Fatal(err)
	return svg, png
}

// Table shows a table and saves it as text, Markdown, LaTeX and CSV, as tables/name.
func (l Lab) Table(t report.Table, name string) {
	_, err := t.Save(filepath.Join(l.Results, "tables"), name)
	display.Fatal(err)
	display.Table(t.HTML(), t.Text())
}

// Findings shows sentences, as [report.Summary.Findings] makes them, as a list. err is that of making them.
func (l Lab) Findings(sentences []string, err error) {
	display.Fatal(err)
	var text strings.Builder
	for _, sentence := range sentences {
		fmt.Fprintf(&text, "- %s\n", sentence)
	}
	display.Markdown(text.String())
}

// TokensSaved says in a line how many tokens the retention curves of a store read, and how many they would have read
// without forked state.
func (l Lab) TokensSaved(plan string) {
	store, err := study.OpenStore(l.store(plan))
	display.Fatal(err)
	read, unshared := store.TokensSaved()
	if read == 0 {
		return
	}
	display.Markdown(fmt.Sprintf("%d tokens were read, instead of %d prompt by prompt: %.1f times fewer.",
		read, unshared, float64(unshared)/float64(read)))
}
