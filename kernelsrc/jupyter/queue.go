package jupyter

import (
	"context"
	"sync"

	"longseq/kernelsrc/jupyter/wire"
)

// queue holds the execute requests that wait for the running cell.
type queue struct {
	mu      sync.Mutex
	waiting []wire.Message
	added   chan struct{} // holds a token if a request may be waiting
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

// next removes and returns the first request. It waits for one until ctx is cancelled.
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

// takeAll empties the queue and returns what was in it.
func (q *queue) takeAll() []wire.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := q.waiting
	q.waiting = nil
	return waiting
}
