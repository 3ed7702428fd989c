package ruler

import (
	"strconv"
	"strings"
)

// commonWords lists words of which a few occur more often than the others, and asks for these.
type commonWords struct {
	*session
	common  wordList
	english func() []string // used where more words are asked for than the common list has
	many    wordList        // of english, once it is used
	numbers []piece         // " 17."
}

// wordList is a list to draw from, with each word measured when it is first used.
type wordList struct {
	words  []string
	pieces []piece
}

func (l *wordList) piece(i int, c *counter) piece {
	if l.pieces == nil {
		l.pieces = make([]piece, len(l.words))
	}
	if l.pieces[i].text == "" {
		l.pieces[i] = c.piece(" " + l.words[i])
	}
	return l.pieces[i]
}

func newCommonWords(s *session) (*commonWords, error) {
	english, err := s.sources.english()
	if err != nil {
		return nil, err
	}
	g := &commonWords{session: s, english: english}
	for _, from := range s.shuffle(len(s.lists.All)) {
		g.common.words = append(g.common.words, s.lists.All[from])
	}
	return g, nil
}

func (g *commonWords) steps() (first, increment int) { return 4096, 10 }
func (g *commonWords) smallest() int                 { return g.opts.Task.Common + 1 }
func (g *commonWords) largest() int                  { return len(g.common.words) }

// example is a list of words drawn, of which the first are the common ones.
type example struct {
	list   *wordList
	drawn  []int // places in list
	common int
	order  []int // places in the text before the shuffle
}

// draw draws n words, the common ones first, and lists them as often as they occur.
func (g *commonWords) draw(n, commonRepeats, otherRepeats int) (*example, error) {
	list := &g.common
	if n > len(list.words) && g.opts.Version == Head {
		if g.many.words == nil {
			g.many.words = g.english()
		}
		list = &g.many
	}
	drawn, err := g.random.Sample(len(list.words), n)
	if err != nil {
		return nil, err
	}
	e := &example{list: list, drawn: drawn, common: min(g.opts.Task.Common, n)}
	e.order = make([]int, 0, commonRepeats*e.common+otherRepeats*(n-e.common))
	for range commonRepeats {
		for i := range e.common {
			e.order = append(e.order, i)
		}
	}
	for range otherRepeats {
		for i := e.common; i < n; i++ {
			e.order = append(e.order, i)
		}
	}
	return e, nil
}

// answers returns the common words.
func (e *example) answers() []string {
	var answers []string
	for _, i := range e.drawn[:e.common] {
		answers = append(answers, e.list.words[i])
	}
	return answers
}

// write appends the list: "1. word 2. word".
func (g *commonWords) write(t *text, e *example) {
	permutation := g.shuffle(len(e.order))
	for i, from := range permutation {
		if i == 0 {
			t.addString("1.")
		} else {
			t.add(g.number(i + 1))
		}
		t.add(e.list.piece(e.drawn[e.order[from]], g.count))
	}
}

func (g *commonWords) number(n int) piece {
	for len(g.numbers) <= n {
		g.numbers = append(g.numbers, g.count.piece(" "+strconv.Itoa(len(g.numbers))+"."))
	}
	return g.numbers[n]
}

// numbered is "1. a 2. b".
func numbered(list []string) string {
	var b strings.Builder
	for i, word := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(i+1) + ". " + word)
	}
	return b.String()
}

func (g *commonWords) make(_, size int) (*draft, error) {
	shot, repeats := [3]int{40, 10, 3}, [2]int{g.opts.Task.CommonRepeats, g.opts.Task.UncommonRepeats}
	if g.opts.Length < 4096 {
		shot, repeats = [3]int{20, 3, 1}, [2]int{6, 1}
	}
	if g.opts.Fill && g.opts.Length < 1024 {
		shot, repeats = [3]int{12, 2, 1}, [2]int{3, 1}
	}
	shown, err := g.draw(shot[0], shot[1], shot[2])
	if err != nil {
		return nil, err
	}
	asked, err := g.draw(size, repeats[0], repeats[1])
	if err != nil {
		return nil, err
	}
	d := &draft{text: newText(g.count), outputs: asked.answers()}
	d.text.addString(g.prompt.before)
	g.write(d.text, shown)
	d.text.addString(g.prompt.after)
	if g.opts.Version == Head {
		d.text.addString(" ")
	}
	d.text.addString(numbered(shown.answers()) + "\n" + g.prompt.before)
	g.write(d.text, asked)
	d.text.addString(g.prompt.after)
	d.answer = " " + numbered(d.outputs)
	return d, nil
}
