package experiment

import (
	"fmt"

	"longseq/cmd/verbs/session"
	"longseq/study/stats"
)

// resolution says what difference between two models a plan of so many questions a cell finds, at most: depths and questions that are
// hard for both make it smaller. It is of the checkpoints alone; how much trainings differ no plan knows.
func resolution(questions int) string {
	plan := stats.Plan{Score: 0.7, Seeds: 1, Depths: 1, Confidence: session.Confidence}
	difference, ok, err := plan.Resolves(questions)
	if err != nil || !ok {
		return fmt.Sprintf("%d questions a cell tell no two checkpoints apart at 70%%; see longseq power", questions)
	}
	return fmt.Sprintf("%d questions a cell tell two checkpoints apart that differ by %.1f points at 70%%, with probability 0.8; see longseq power", questions, 100*difference)
}
