package jupyter

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"

	"longseq/kernelsrc/jupyter/wire"
)

// subshell runs the cells of one queue, one after the other, beside those of the other subshells (JEP 91). So a client can
// look at a long run from another subshell. All share declarations, variables, directory and execution count.
type subshell struct {
	queue *queue // of execute requests
	end   func() // ends it; nil for the main shell

	// Guarded by kernel.mu:
	running   wire.Message       // the execute request being served; none if RawHeader is nil
	interrupt context.CancelFunc // interrupts the running cell; nil if none runs
	asked     string             // identifier of the input request that the running cell waits for
	answers   chan string        // receives the line that the running cell waits for; nil if it waits for none
}

func newSubshell() *subshell { return &subshell{queue: newQueue()} }

// serveQueue runs the cells of a subshell until ctx is cancelled or there is no engine.
func (k *kernel) serveQueue(ctx context.Context, s *subshell) {
	for {
		request, ok := s.queue.next(ctx)
		<-k.opened
		if !ok || k.engine == nil {
			k.abort(s.queue.takeAll())
			return
		}
		k.serveExecute(ctx, s, request)
	}
}

// shells returns all subshells, the main one first.
func (k *kernel) shells() []*subshell {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := []*subshell{k.main}
	for _, id := range slices.Sorted(maps.Keys(k.subshells)) {
		all = append(all, k.subshells[id])
	}
	return all
}

// queueExecute adds an execute request to the queue of its subshell.
func (k *kernel) queueExecute(m wire.Message) {
	s := k.main
	if id := m.Header.SubshellID; id != "" {
		k.mu.Lock()
		s = k.subshells[id]
		k.mu.Unlock()
	}
	if s != nil {
		s.queue.add(m)
		return
	}
	k.status(m, "busy")
	k.reply(wire.Shell, m, "execute_reply", noSubshell(m.Header.SubshellID))
	k.status(m, "idle")
}

// noSubshell returns the content of a reply to a request that names a subshell that does not exist.
func noSubshell(id string) object {
	return object{"status": "error", "ename": "SubshellError", "evalue": "there is no subshell " + id, "traceback": []string{}}
}

// running returns the execute requests that are being served.
func (k *kernel) running() (list []wire.Message) {
	for _, s := range k.shells() {
		k.mu.Lock()
		if s.running.RawHeader != nil {
			list = append(list, s.running)
		}
		k.mu.Unlock()
	}
	return list
}

// interruptCells interrupts the running cells; serveExecute then aborts those in their queues.
func (k *kernel) interruptCells() {
	for _, s := range k.shells() {
		k.mu.Lock()
		if s.interrupt != nil {
			s.interrupt()
		}
		k.mu.Unlock()
	}
}

func (k *kernel) createSubshell(wire.Message) (string, object) {
	s, id := newSubshell(), rand.Text()
	ctx, cancel := context.WithCancel(k.ctx)
	s.end = cancel
	k.mu.Lock()
	k.subshells[id] = s
	k.mu.Unlock()
	k.serving.Go(func() { k.serveQueue(ctx, s) })
	return "create_subshell_reply", object{"status": "ok", "subshell_id": id}
}

// deleteSubshell interrupts the subshell's cell, and aborts those behind it.
func (k *kernel) deleteSubshell(m wire.Message) (string, object) {
	var content struct {
		ID string `json:"subshell_id"`
	}
	json.Unmarshal(m.Content, &content) // without an identifier there is no subshell
	k.mu.Lock()
	s := k.subshells[content.ID]
	delete(k.subshells, content.ID)
	k.mu.Unlock()
	if s == nil {
		return "delete_subshell_reply", noSubshell(content.ID)
	}
	s.end()
	return "delete_subshell_reply", object{"status": "ok"}
}

func (k *kernel) listSubshells(wire.Message) (string, object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return "list_subshell_reply", object{"status": "ok", "subshell_id": append([]string{}, slices.Sorted(maps.Keys(k.subshells))...)}
}
