package generate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"longseq/lcmodels"
)

// besideTokens is how many tokens are read in one step where several prompts are waiting: enough to keep
// matrix products busy, and no more than needs memory for nothing.
const besideTokens = 4 * DefaultChunk

// Answer answers questions: their prompts are read a few at a time, what they have in common once, and their
// answers decoded side by side, as many as fit into memory; where one is done the next question takes its
// place. An answer does not depend on what stands beside it. stop ends an answer.
func (r *Reader) Answer(ctx context.Context, questions []Question, stop ...int32) ([]Answer, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	rows, err := r.fit(questions)
	if err != nil {
		return nil, err
	}
	return r.answer(ctx, questions, rows, stop)
}

// answer is Answer with that many answers side by side.
func (r *Reader) answer(ctx context.Context, questions []Question, rows int, stop []int32) ([]Answer, error) {
	w := &schedule{Reader: r, questions: questions, stop: stop, answers: make([]Answer, len(questions)), rows: make([]int, rows)}
	for i := range w.rows {
		w.rows[i] = nobody
	}
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	for i := range w.answers {
		w.answers[i].Prefill, w.answers[i].Decode = w.prefill, w.decode
	}
	return w.answers, nil
}

// nobody's row decodes what nobody reads.
const nobody = -1

// schedule is how far some questions are answered.
type schedule struct {
	*Reader
	questions []Question
	stop      []int32
	answers   []Answer

	prefix  []int32         // what all prompts begin with and is read once
	before  *lcmodels.State // behind prefix, one row; nil without
	waiting int             // the first question whose prompt is not read yet

	rows  []int           // question that each row answers, or nobody
	state *lcmodels.State // of the rows; nil before the first
	last  []int32         // token of each row that is not read yet

	prefill, decode time.Duration
}

func (w *schedule) run(ctx context.Context) error {
	if err := w.readPrefix(ctx); err != nil {
		return err
	}
	for {
		if w.waiting < len(w.questions) && w.mayEnter() {
			if err := w.enter(ctx); err != nil {
				return err
			}
			continue
		}
		if !slices.ContainsFunc(w.rows, func(q int) bool { return q != nobody }) {
			if w.waiting == len(w.questions) {
				break
			}
			if err := w.drop(); err != nil { // its KV caches are too long for another round
				return err
			}
			continue
		}
		if err := w.step(ctx); err != nil {
			return err
		}
	}
	if w.before != nil {
		if err := w.before.Free(); err != nil {
			return err
		}
	}
	return w.drop()
}

func (w *schedule) drop() error {
	if w.state == nil {
		return nil
	}
	s := w.state
	w.state = nil
	return s.Free()
}

// readPrefix reads once what the prompts begin with, in whole chunks, so that a row is cut as it would be alone.
func (w *schedule) readPrefix(ctx context.Context) error {
	if len(w.questions) < 2 || lcmodels.PromptAtOnce(w.model.Architecture) {
		return nil
	}
	common := w.questions[0].Prompt
	for _, q := range w.questions {
		n := 0
		for n < min(len(common), len(q.Prompt)-1) && common[n] == q.Prompt[n] {
			n++
		}
		common = common[:n]
	}
	if w.prefix = common[:len(common)/w.chunk*w.chunk]; len(w.prefix) == 0 {
		return nil
	}
	begin := time.Now()
	var err error
	_, w.before, err = w.Prefill(ctx, [][]int32{w.prefix}, []int32{0}, w.Start(1))
	w.prefill += time.Since(begin)
	return err
}

// mayEnter says whether a row is free and its KV cache has room for another question behind what the other
// rows wrote.
func (w *schedule) mayEnter() bool {
	if !slices.Contains(w.rows, nobody) {
		return false
	}
	if w.state == nil || !w.state.HasSlots() {
		return true
	}
	next := w.questions[w.waiting]
	return max(w.state.Used, len(next.Prompt))+next.MaxNewTokens <= roomFor(w.chunk, longest(w.questions))
}

// enter reads the next prompts and puts them where nobody is.
func (w *schedule) enter(ctx context.Context) error {
	var free []int
	for row, q := range w.rows {
		if q == nobody {
			free = append(free, row)
		}
	}
	size := min(len(free), len(w.questions)-w.waiting, max(1, besideTokens/w.chunk))
	first := w.waiting
	w.waiting += size
	group := make([]Question, size)
	for i := range group {
		group[i] = w.questions[first+i]
		group[i].Prompt = group[i].Prompt[len(w.prefix):]
	}
	n, s, err := w.readGroup(ctx, group, w.answers[first:w.waiting])
	if err != nil {
		return err
	}
	take, last, entered := make([]int32, len(w.rows)), make([]int32, len(w.rows)), 0
	for row := range take {
		take[row] = int32(row)
		if w.state != nil {
			last[row] = w.last[row]
		} else {
			take[row] = 0 // nobody's
		}
	}
	offset := 0
	if w.state != nil {
		offset = len(w.rows)
	}
	for i := range group {
		q := first + i
		a := &w.answers[q]
		a.Read = len(group[i].Prompt)
		if i == 0 && first == 0 {
			a.Read += len(w.prefix)
		}
		if !done(w.questions[q], *a, w.stop) {
			a.Tokens = append(a.Tokens, n.Token[i])
		}
		if done(w.questions[q], *a, w.stop) {
			continue
		}
		row := free[entered]
		entered++
		w.rows[row], take[row], last[row] = q, int32(offset+i), n.Token[i]
	}
	if entered == 0 {
		return s.Free()
	}
	w.last = last
	switch {
	case w.state != nil:
		w.state, err = w.take(take, w.state, s)
	case slices.Equal(take, counting(size)):
		w.state = s
	default:
		w.state, err = w.take(take, s)
	}
	return err
}

// readGroup reads a few prompts behind the common prefix and measures their references.
func (w *schedule) readGroup(ctx context.Context, group []Question, answers []Answer) (Next, *lcmodels.State, error) {
	s := w.Start(len(group))
	if w.before != nil {
		prefix, err := w.Fork(w.before)
		if err != nil {
			return Next{}, nil, err
		}
		if s, err = w.take(make([]int32, len(group)), prefix); err != nil {
			return Next{}, nil, err
		}
	}
	begin := time.Now()
	n, s, err := w.read(ctx, group, s)
	w.prefill += time.Since(begin)
	if err != nil {
		return Next{}, nil, err
	}
	begin = time.Now()
	s, err = w.force(ctx, group, answers, n, s)
	w.decode += time.Since(begin)
	return n, s, err
}

// step reads one token more in every row.
func (w *schedule) step(ctx context.Context) error {
	begin := time.Now()
	n, s, err := w.Append(ctx, columns(w.last), make([]int32, len(w.rows)), w.state)
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	w.state, w.last = s, n.Token
	for row, q := range w.rows {
		if q == nobody {
			continue
		}
		a := &w.answers[q]
		if a.Tokens = append(a.Tokens, n.Token[row]); done(w.questions[q], *a, w.stop) {
			w.rows[row] = nobody
		}
	}
	w.decode += time.Since(begin)
	return nil
}

// counting is 0, 1, 2, ... n-1.
func counting(n int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// longest is the number of tokens of the longest prompt with its answer.
func longest(questions []Question) int {
	longest := 0
	for _, q := range questions {
		longest = max(longest, len(q.Prompt)+max(q.MaxNewTokens, len(q.Reference)))
	}
	return longest
}
