package notebook

import (
	"fmt"
	"path/filepath"
	"strings"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study/ablation"
	"longseq/study/report"
	"longseq/study/training"
)

// An Ablation is a plan of variants in a lab, in three cells:
//
//	a := lab.Ablation("state-size.yaml")   // shows the variants with their sizes
//	a.Train()                              // trains the models that are missing, with a bar
//	summary := a.Ask()                     // asks them, with a bar
type Ablation struct {
	Plan  ablation.Plan
	where ablation.Where
}

// Ablation reads a plan file, and shows its variants with their sizes and how near they are to what they are matched in.
// Models and records go to a folder of the plan's name in the lab's results.
func (l Lab) Ablation(plan string) Ablation {
	p, err := ablation.Read(filepath.Join(l.Plans, plan))
	display.Fatal(err)
	variants, err := p.Variants()
	display.Fatal(err)
	display.Markdown(ablation.Table(variants).RenderMarkdown())
	return Ablation{p, ablation.Where{Dir: filepath.Join(l.Results, strings.TrimSuffix(plan, filepath.Ext(plan)))}}
}

// Train trains the models that are missing, and shows how all were trained. An interrupted training goes on where it stopped
// when the cell runs again.
func (a Ablation) Train() []ablation.Model {
	notice := func(line string) { display.Markdown("*" + line + "*") }
	models, err := a.Plan.TrainModels(Interruptible(), a.where, training.Options{Progress: TrainingProgress(), Notice: notice})
	display.Fatal(err)
	display.Markdown(ablation.Trained(models).RenderMarkdown())
	return models
}

// Ask asks the models what the plan says, and returns the summary of the store. Samples that the store has are not asked
// again.
func (a Ablation) Ask() report.Summary {
	notice := func(line string) { display.Markdown("*" + line + "*") }
	store, err := a.Plan.AskModels(Interruptible(), a.where, SweepProgress(), notice)
	display.Fatal(err)
	return report.Of(store, confidence)
}

// Keys shows the keys that variants of a base may set, with the base's values.
func Keys(base string) {
	fields, err := ablation.Fields(base)
	display.Fatal(err)
	var text strings.Builder
	text.WriteString("| key | type | " + base + " | meaning |\n| --- | --- | --- | --- |\n")
	for _, f := range fields {
		fmt.Fprintf(&text, "| %s | %s | %v | %s |\n", f.Key, f.Type, f.Default, f.Meaning)
	}
	display.Markdown(text.String())
}
