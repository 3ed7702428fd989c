package study

import (
	"context"
)

// Sweep runs a plan with the known tasks and these models, as many side by side as there are cores, each in a
// process of its own on its share of them; the records go to the store dir. See [study.Sweep.Run].
func (c Checkpoints) Sweep(ctx context.Context, plan Plan, dir string, progress func(Progress)) (*Store, error) {
	tasks, err := c.Tasks(RulerOptions{})
	if err != nil {
		return nil, err
	}
	workers := c.Together(len(plan.Models))
	return Sweep{Plan: plan, Models: NewApart(c, workers), Tasks: tasks, Dir: dir, Workers: workers, Progress: progress}.Run(ctx)
}
