package ruler

import (
	"strconv"
	"strings"
)

// commonWords lists words of which ten occur more often than the others, and asks for these, as RULER's
// common_words_extraction.py does. A worked example comes first:
//
//	Below is a numbered list of words. In these words, some appear more often than others. ...
//	1. crowd 2. tender 3. crowd 4. gown ...
//	Question: What are the 10 most common words in the above list?
type commonWords struct {
	*session
	common  wordList
	english func() []string // used if more words are needed than common has
	many    wordList        // the words of english, once they are used
	numbers wordList        // "0.", "1.", ...
	order   []int32         // the words of one prompt, as indices of a list
}

// wordList is a list of words, each with a space before it, and their tokens, 0 if not counted yet.
type wordList struct {
	words  []string
	tokens []int32
}

// newWordList returns a list of words that are contiguous in memory.
func newWordList(words []string) wordList {
	joined := " " + strings.Join(words, " ")
	l := wordList{words: make([]string, len(words)), tokens: make([]int32, len(words))}
	for i, word := range words {
		l.words[i] = joined[:len(word)+1]
		joined = joined[len(word)+1:]
	}
	return l
}

// add appends word i to a text.
func (l *wordList) add(t *text, i int) {
	if l.tokens[i] == 0 {
		l.tokens[i] = int32(t.c.tokenizer.Count(l.words[i]))
	}
	t.addWord(l.words[i], int(l.tokens[i]))
}

func newCommonWords(s *session) (*commonWords, error) {
	english, err := s.sources.English()
	if err != nil {
		return nil, err
	}
	g := &commonWords{session: s, english: english}
	shuffled := make([]string, 0, len(s.lists.All))
	for _, from := range s.shuffle(len(s.lists.All)) {
		shuffled = append(shuffled, s.lists.All[from])
	}
	g.common = newWordList(shuffled)
	return g, nil
}

func (g *commonWords) steps() (first, increment int) { return 4096, 10 }
func (g *commonWords) smallest() int                 { return g.opts.Task.Common + 1 }
func (g *commonWords) largest() int                  { return len(g.common.words) }

// example is a draw of words. The common ones come first.
type example struct {
	list    *wordList
	drawn   []int  // indices of list
	common  int    // number of common words
	repeats [2]int // how often a common word occurs, and any other
}

// draw draws n words.
func (g *commonWords) draw(n, commonRepeats, otherRepeats int) (*example, error) {
	list := &g.common
	if n > len(list.words) && g.opts.Version == Head {
		if g.many.words == nil {
			g.many = newWordList(g.english())
		}
		list = &g.many
	}
	drawn, err := g.random.Sample(len(list.words), n)
	if err != nil {
		return nil, err
	}
	return &example{list, drawn, min(g.opts.Task.Common, n), [2]int{commonRepeats, otherRepeats}}, nil
}

// answers returns the common words.
func (e *example) answers() []string {
	var answers []string
	for _, i := range e.drawn[:e.common] {
		answers = append(answers, e.list.words[i][1:])
	}
	return answers
}

// write appends the words in random order: "1. word 2. word".
func (g *commonWords) write(t *text, e *example) {
	order := g.order[:0]
	for range e.repeats[0] {
		for _, word := range e.drawn[:e.common] {
			order = append(order, int32(word))
		}
	}
	for range e.repeats[1] {
		for _, word := range e.drawn[e.common:] {
			order = append(order, int32(word))
		}
	}
	g.order = order
	if len(g.numbers.words) <= len(order) {
		numbers := make([]string, 2*len(order)+1)
		for i := range numbers {
			numbers[i] = strconv.Itoa(i) + "."
		}
		g.numbers = newWordList(numbers)
	}
	for i, from := range g.shuffle(len(order)) {
		if i == 0 {
			t.addString("1.")
		} else {
			g.numbers.add(t, i+1)
		}
		e.list.add(t, int(order[from]))
	}
}

// numbered returns "1. a 2. b".
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
	shown := make([]*example, g.opts.Task.Examples)
	for i := range shown {
		var err error
		if shown[i], err = g.draw(shot[0], shot[1], shot[2]); err != nil {
			return nil, err
		}
	}
	asked, err := g.draw(size, repeats[0], repeats[1])
	if err != nil {
		return nil, err
	}
	d := &draft{text: newText(g.count), outputs: asked.answers()}
	between := ""
	if g.opts.Version == Head {
		between = " "
	}
	for _, e := range shown {
		d.text.addString(g.prompt.before)
		g.write(d.text, e)
		d.text.addString(g.prompt.after)
		d.text.addString(between + numbered(e.answers()) + "\n")
	}
	d.text.addString(g.prompt.before)
	g.write(d.text, asked)
	d.text.addString(g.prompt.after)
	d.answer = " " + numbered(d.outputs)
	return d, nil
}
