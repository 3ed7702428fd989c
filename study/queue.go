package study

import "sync"

// A queue hands out the blocks of a sweep, in the plan's order within each model.
type queue struct {
	mu     sync.Mutex
	models []string // in the plan's order
	todo   map[string][]block
	taken  map[string]bool // models that a runner has opened
}

// next returns a block for a runner that has the named model open: of that model while it has
// any; else of the first model that no runner has opened; else of the one with the most blocks left.
func (q *queue) next(open string) (block, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	model := open
	if len(q.todo[model]) == 0 {
		model = ""
		for _, m := range q.models {
			if len(q.todo[m]) > 0 && !q.taken[m] {
				model = m
				break
			}
			if len(q.todo[m]) > len(q.todo[model]) {
				model = m
			}
		}
	}
	if len(q.todo[model]) == 0 {
		return block{}, false
	}
	if q.taken == nil {
		q.taken = make(map[string]bool)
	}
	q.taken[model] = true
	b := q.todo[model][0]
	q.todo[model] = q.todo[model][1:]
	return b, true
}
