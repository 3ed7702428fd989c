package notebook

import (
	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/jupyter/display"
	"longseq/study"
	"longseq/study/models"
	"longseq/study/report"
	"longseq/study/training"
)

// Train trains with a bar and returns the records. An error ends the program with one line; an interrupt
// too, and running the same again goes on where it stopped.
func Train(t training.Training) []training.Record {
	t.Progress = TrainingProgress()
	records, err := t.Run(Interruptible())
	display.Fatal(err)
	return records
}

// Sweep runs a plan file with a bar on the models in a folder, and returns the store in dir. What the store
// has is not asked again. Errors and interrupts are as in [Train].
func Sweep(plan, folder, dir string) *study.Store {
	return sweep(plan, folder, dir, SweepProgress())
}

func sweep(plan, folder, dir string, progress func(study.Progress)) *study.Store {
	if found, err := backend.Find(""); err == nil && found.Warning != "" {
		display.Markdown("*" + found.Warning + "*")
	}
	read, err := study.ReadPlan(plan)
	display.Fatal(err)
	store, err := models.Checkpoints{Folders: []string{folder}}.Sweep(Interruptible(), read, dir, progress)
	display.Fatal(err)
	return store
}

// confidence is that of the intervals that are shown.
const confidence = 0.95

// Store returns the summary of the store in dir, with 95% intervals.
func Store(dir string) report.Summary {
	store, err := study.OpenStore(dir)
	display.Fatal(err)
	return report.Of(store, confidence)
}
