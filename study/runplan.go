package study

import (
	"context"
)

// RunPlan runs a plan with everything as it usually is: the known tasks, and models from the folder, as
// many side by side as there are cores, each in a process of its own on its share of them. See
// [Sweep.Run].
func RunPlan(ctx context.Context, plan Plan, models Checkpoints, dir string, progress func(Progress)) (*Store, error) {
	tasks, err := models.Tasks(RulerOptions{})
	if err != nil {
		return nil, err
	}
	workers := models.Together(len(plan.Models))
	return Sweep{Plan: plan, Models: NewApart(models, workers), Tasks: tasks, Dir: dir, Workers: workers, Progress: progress}.Run(ctx)
}
