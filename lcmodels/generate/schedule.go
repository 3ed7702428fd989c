package generate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"longseq/lcmodels"
)

// maxStepTokens is how many tokens one step reads where several prompts are waiting. More would take memory without
// being faster.
const maxStepTokens = 4 * DefaultChunk

// Answer answers questions. A prefix that all prompts share is read once, the rest of the prompts a few at a time.
// Answers are decoded in one batch of as many rows as fit into memory, in which a row that has finished takes the
// next question. An answer does not depend on the other rows. It ends with a token of stop.
func (r *Reader) Answer(ctx context.Context, questions []Question, stop ...int32) ([]Answer, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	rows, err := r.fit(questions)
	if err != nil {
		return nil, err
	}
	var answers []Answer
	var prefill, decode time.Duration
	for some := range slices.Chunk(questions, r.beside(len(questions))) {
		more, err := r.answer(ctx, some, min(rows, len(some)), stop)
		if err != nil {
			return nil, err
		}
		answers, prefill, decode = append(answers, more...), prefill+more[0].Prefill, decode+more[0].Decode
	}
	for i := range answers {
		answers[i].Prefill, answers[i].Decode = prefill, decode
	}
	return answers, nil
}

// maxCached is the size in bytes of weights that stay in a processor's cache.
const maxCached = 4 << 20

// beside returns how many of n questions are best answered side by side: all of them, so that the weights are read from
// memory for many, but where weights stay in the processor's cache no more than make up a step. Then there are graphs of
// one number of rows only, and states are not moved between batches.
func (r *Reader) beside(n int) int {
	if r.b.Native() != nil || 4*lcmodels.Params(r.model.Architecture) > maxCached {
		return n
	}
	return min(n, max(1, maxStepTokens/r.chunk))
}

// answer is Answer with a batch of the given number of rows.
func (r *Reader) answer(ctx context.Context, questions []Question, rows int, stop []int32) ([]Answer, error) {
	w := &schedule{Reader: r, questions: questions, stop: stop, answers: make([]Answer, len(questions)), rows: make([]int, rows)}
	for i := range w.rows {
		w.rows[i] = idle
	}
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	withoutAnswers(w.answers)
	for i := range w.answers {
		w.answers[i].Prefill, w.answers[i].Decode = w.prefill, w.decode
	}
	return w.answers, nil
}

// idle marks a row without a question. What it decodes is not used.
const idle = -1

// schedule is the progress of answering some questions.
type schedule struct {
	*Reader
	questions []Question
	stop      []int32
	answers   []Answer

	prefix  []int32         // shared by all prompts, read once
	before  *lcmodels.State // after prefix, one row; nil without a prefix
	waiting int             // the first question whose prompt has not been read

	rows  []int           // question that each row answers, or idle
	state *lcmodels.State // of the rows; nil before the first
	last  []int32         // token of each row that is to be read next

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
		if !slices.ContainsFunc(w.rows, func(q int) bool { return q != idle }) {
			if w.waiting == len(w.questions) {
				break
			}
			if err := w.drop(); err != nil { // its KV caches have no room for another question
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
	return w.finish(s, anyNotFinite(w.answers))
}

// readPrefix reads the prefix that the prompts share, in whole chunks, so that a row is cut as it would be alone.
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
	_, w.before, err = w.Prefill(ctx, [][]int32{w.prefix}, []int32{0}, w.StartFor(1, longest(w.questions)))
	w.prefill += time.Since(begin)
	return err
}

// mayEnter reports whether a row is idle and the KV caches have room for another question after what the other rows
// have written.
func (w *schedule) mayEnter() bool {
	if !slices.Contains(w.rows, idle) {
		return false
	}
	if w.state == nil || !w.state.HasSlots() {
		return true
	}
	next := w.questions[w.waiting]
	return max(w.state.Used, len(next.Prompt))+next.MaxNewTokens <= roomFor(w.chunk, longest(w.questions))
}

// enter reads the next prompts and gives them to idle rows.
func (w *schedule) enter(ctx context.Context) error {
	var free []int
	for row, q := range w.rows {
		if q == idle {
			free = append(free, row)
		}
	}
	size := min(len(free), len(w.questions)-w.waiting, max(1, maxStepTokens/w.chunk))
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
			take[row] = 0 // idle
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
			a.take(n, i)
		}
		if done(w.questions[q], *a, w.stop) {
			continue
		}
		row := free[entered]
		entered++
		w.rows[row], take[row], last[row] = q, int32(offset+i), n.Token[i]
	}
	if entered == 0 {
		return w.finish(s, anyNotFinite(w.answers[first:w.waiting]))
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

// readGroup reads a few prompts after the shared prefix and measures their references.
func (w *schedule) readGroup(ctx context.Context, group []Question, answers []Answer) (Next, *lcmodels.State, error) {
	s := w.StartFor(len(group), longest(w.questions))
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

// step reads one more token in every row.
func (w *schedule) step(ctx context.Context) error {
	begin := time.Now()
	n, s, err := w.Append(ctx, columns(w.last), make([]int32, len(w.rows)), w.state)
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	w.state, w.last = s, n.Token
	for row, q := range w.rows {
		if q == idle {
			continue
		}
		a := &w.answers[q]
		if a.take(n, row); done(w.questions[q], *a, w.stop) {
			w.rows[row] = idle
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
