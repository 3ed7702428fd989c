package jupyter

import (
	"context"
	"sync"

	"longseq/kernelsrc/jupyter/wire"
)

// queue holds the execute requests that wait for the cell being run.
type queue struct {
	mu      sync.Mutex
	waiting []wire.Message
	added   chan struct{} // holds a token when something may be waiting
}

func newQueue() *queue { return &queue{added: make(chan struct{}, 1)} }

func (q *queue) add(m wire.Message) {
	q.mu.Lock()
	q.waiting = append(q.waiting, m)
	q.mu.Unlock()
	select {
	case q.added <- struct{}{}:
	default:
	}
}

// next waits for a request, until ctx is cancelled.
func (q *queue) next(ctx context.Context) (wire.Message, bool) {
	for ctx.Err() == nil {
		q.mu.Lock()
		if len(q.waiting) > 0 {
			m := q.waiting[0]
			q.waiting = q.waiting[1:]
			q.mu.Unlock()
			return m, true
		}
		q.mu.Unlock()
		select {
		case <-q.added:
		case <-ctx.Done():
		}
	}
	return wire.Message{}, false
}

// takeAll returns what waits and empties the queue.
func (q *queue) takeAll() []wire.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := q.waiting
	q.waiting = nil
	return waiting
}
