package study

import (
	"cmp"
	"slices"
	"sync"
)

// A queue hands out the blocks of a sweep that miss samples, in the plan's order of models, and of a model the longest first:
// so the room that a model needs, and with it what it compiles, is known from the first block. Blocks are cut from their
// job when they are asked for: there may be millions.
type queue struct {
	mu      sync.Mutex
	models  []string // in the plan's order
	todo    map[string]*backlog
	missing func(block) int // samples that are not in the store
}

// A backlog is what is left to ask of a model.
type backlog struct {
	jobs  []job // of the first, without the samples that were handed out
	asked int   // samples left, each of all cells of its job
	taken bool  // a runner has opened the model
}

// add appends a job of which so many samples must be asked.
func (q *queue) add(j job, asked int) {
	if q.todo == nil {
		q.todo = make(map[string]*backlog)
	}
	model := j.model()
	if q.todo[model] == nil {
		q.models = append(q.models, model)
		q.todo[model] = &backlog{}
	}
	q.todo[model].jobs = append(q.todo[model].jobs, j)
	q.todo[model].asked += asked
}

// sort puts the jobs of each model in order: the longest first, and of equal length in the order in which they were added.
func (q *queue) sort() {
	for _, l := range q.todo {
		slices.SortStableFunc(l.jobs, func(a, b job) int { return cmp.Compare(b.cost, a.cost) })
	}
}

// next returns a block for a runner that has the named model open: of that model while it has
// any; else of the first model that no runner has opened; else of the one with the most samples left.
func (q *queue) next(open string) (block, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		l := q.choose(open)
		if l == nil {
			return block{}, false
		}
		l.taken = true
		if b := l.cut(); q.missing(b) > 0 {
			l.asked -= b.to - b.from
			return b, true
		}
	}
}

// choose returns the backlog of which the next block is taken, or nil.
func (q *queue) choose(open string) *backlog {
	if l := q.todo[open]; l != nil && len(l.jobs) > 0 {
		return l
	}
	var most *backlog
	for _, m := range q.models {
		l := q.todo[m]
		switch {
		case len(l.jobs) == 0:
		case !l.taken:
			return l
		case most == nil || l.asked > most.asked:
			most = l
		}
	}
	return most
}

// cut takes the next block of the first job; the last one of a job may be short.
func (l *backlog) cut() block {
	first := &l.jobs[0]
	b := first.block(first.from)
	if first.from = b.to; first.from >= first.to {
		l.jobs = l.jobs[1:]
	}
	return b
}
