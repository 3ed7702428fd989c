package models

import (
	"context"
	"errors"

	"longseq/study"
)

// Sweep runs a plan with the known tasks and these models, as many side by side as there are cores, each in a
// process of its own on its share of them; the records go to the store dir. See [study.Sweep.Run].
func (c Checkpoints) Sweep(ctx context.Context, plan study.Plan, dir string, progress func(study.Progress)) (*study.Store, error) {
	tasks, err := c.Tasks(RulerOptions{})
	if err != nil {
		return nil, err
	}
	workers := c.Concurrency(len(plan.Trainings()))
	processes := NewProcesses(c, workers)
	store, err := study.Sweep{Plan: plan, Models: processes, Tasks: tasks, Dir: dir, Workers: workers, Progress: progress}.Run(ctx)
	return store, errors.Join(err, processes.Close())
}
