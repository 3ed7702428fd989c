package ruler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"longseq/data/ruler/pystring"
	"longseq/data/ruler/texts"
)

// answerList returns an answer as V2024 counts it: a space and Python's repr of the list.
func answerList(answers []string) string { return " " + pystring.ReprList(answers) }

// questions asks a question over its own documents among others, as RULER's qa.py does:
//
//	Answer the question based on the given documents. ...
//	Document 1: ...
//	Document 2: ...
//	Question: ...
type questions struct {
	*session
	qa     *texts.QA
	bodies []piece // ":\n" and the document
	order  []int   // the documents as V2024 has shuffled them, in place
}

func newQuestions(s *session) (*questions, error) {
	qa, err := s.sources.Questions(s.opts.Task.Dataset)
	if err != nil {
		return nil, err
	}
	g := &questions{session: s, qa: qa, bodies: make([]piece, len(qa.Documents)), order: make([]int, len(qa.Documents))}
	for i := range g.order {
		g.order[i] = i
	}
	return g, nil
}

func (g *questions) steps() (first, increment int) { return 10, 10 }
func (g *questions) smallest() int                 { return 1 }
func (g *questions) largest() int                  { return len(g.qa.Documents) }

// documents draws the documents of a question. They are shuffled later.
func (g *questions) documents(q texts.Question, size int) ([]int, error) {
	n := len(g.qa.Documents)
	if size >= n {
		if g.opts.Version == V2024 {
			return slices.Clone(g.order), nil
		}
		all := make([]int, size)
		for i := range all {
			all[i] = i % n
		}
		return all, nil
	}
	need := size - len(q.Own)
	if need <= len(q.More) {
		drawn, err := g.random.Sample(len(q.More), need)
		if err != nil {
			return nil, err
		}
		all := slices.Clone(q.Own)
		for _, i := range drawn {
			all = append(all, q.More[i])
		}
		return all, nil
	}
	all := slices.Concat(q.Own, q.More)
	taken := slices.Clone(all)
	slices.Sort(taken)
	taken = slices.Compact(taken)
	drawn, err := g.random.Sample(n-len(taken), max(0, need-len(q.More)))
	if err != nil {
		return nil, err
	}
	for _, i := range drawn {
		all = append(all, skip(taken, i))
	}
	return all, nil
}

// skip returns the i-th non-negative integer that is not in the sorted list taken.
func skip(taken []int, i int) int {
	for _, t := range taken {
		if t > i {
			break
		}
		i++
	}
	return i
}

// beyond returns the error for a question, numbered from 1, that the data set does not have.
func (g *questions) beyond(number int) error {
	n := len(g.qa.Questions)
	return fmt.Errorf("question %d of %d: %w, where RULER never ends: want at most %d samples; fill asks them again", number, n, errNoSuchQuestion, n)
}

func (g *questions) make(number, size int) (*draft, error) {
	if g.opts.Fill {
		number %= len(g.qa.Questions)
	}
	if number >= len(g.qa.Questions) {
		return nil, g.beyond(number + 1)
	}
	q := g.qa.Questions[number]
	if g.opts.Fill {
		return g.makeFilled(q, size), nil
	}
	unshuffled, err := g.documents(q, size)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(unshuffled))
	for i, from := range g.shuffle(len(unshuffled)) {
		all[i] = g.document(unshuffled, from)
	}
	if g.opts.Version == V2024 && size >= len(g.order) {
		g.order = slices.Clone(all)
	}
	bodies := make([]piece, len(all))
	for i, document := range all {
		bodies[i] = g.body(document)
	}
	return g.write(q, bodies), nil
}

// write returns the prompt of a question over documents.
func (g *questions) write(q texts.Question, bodies []piece) *draft {
	d := &draft{text: newText(g.count), outputs: q.Answers, answer: answerList(q.Answers)}
	filled := g.prompt.fill("query", q.Query)
	d.text.addString(filled.before)
	for i, body := range bodies {
		if i > 0 {
			d.text.addString("\n\n")
		}
		d.text.addString("Document " + strconv.Itoa(i+1))
		d.text.add(body)
	}
	d.text.addString(filled.after)
	return d
}

// makeFilled returns the prompt of a question over the documents that it needs and size words of others: whole
// documents and the beginning of one more. Their order is drawn for the sample.
func (g *questions) makeFilled(q texts.Question, size int) *draft {
	needed := q.Needed
	if len(needed) == 0 {
		needed = q.Own
	}
	var bodies []piece
	taken := map[int]bool{}
	for _, document := range needed {
		taken[document] = true
		bodies = append(bodies, g.body(document))
	}
	others := slices.Concat(q.Own, q.More, g.random.Shuffle(len(g.qa.Documents)))
	for _, document := range others {
		if size <= 1 {
			break
		}
		if taken[document] {
			continue
		}
		taken[document] = true
		words := strings.SplitAfterN(g.qa.Documents[document], " ", size)
		if len(words) == size {
			cut := strings.TrimRight(strings.Join(words[:size-1], ""), " ")
			bodies = append(bodies, g.count.piece(":\n"+cut))
		} else {
			bodies = append(bodies, g.body(document))
		}
		size -= len(words)
	}
	shuffled := make([]piece, len(bodies))
	for i, from := range g.shuffle(len(bodies)) {
		shuffled[i] = bodies[from]
	}
	return g.write(q, shuffled)
}

// document returns the i-th document of a list. In V2024 a list that is not of all documents holds indices of
// the shuffled order.
func (g *questions) document(list []int, i int) int {
	if g.opts.Version == V2024 && len(list) < len(g.order) {
		return g.order[list[i]]
	}
	return list[i]
}

// body returns a document as a piece.
func (g *questions) body(document int) piece {
	if g.bodies[document].text == "" {
		g.bodies[document] = g.count.piece(":\n" + g.qa.Documents[document])
	}
	return g.bodies[document]
}
