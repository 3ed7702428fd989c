package ruler

import (
	"slices"
	"strconv"
	"strings"
)

// niah hides needles in a haystack and asks for the values of some keys, as RULER's niah.py does:
//
//	A special magic number is hidden within the following text. Make sure to memorize it. ...
//	... One of the special magic numbers for torpid-kid is: 7390122. ...
//	What is the special magic number for torpid-kid mentioned in the provided text?
type niah struct {
	*session
	essay *essay
	noise noise
	of    piece // the part of a needle between "One" and its key
}

func newNiah(s *session) (*niah, error) {
	g := &niah{session: s, noise: noise{c: s.count}, of: s.count.piece(" of the special magic " + s.opts.Task.Value + " for")}
	if s.opts.Task.Haystack == Essay {
		text, err := s.sources.Essay()
		if err != nil {
			return nil, err
		}
		splitter, err := s.sources.Punkt()
		if err != nil {
			return nil, err
		}
		g.essay = newEssay(text, splitter, s.opts.Version == Head || s.opts.Fill, s.count)
	}
	s.count.marks = true
	if t := s.opts.Task; t.Queries*t.Values == 1 {
		g.prompt = s.prompt.singular().fill("type_needle_v", strings.TrimSuffix(t.Value, "s"))
	} else {
		g.prompt = s.prompt.fill("type_needle_v", t.Value)
	}
	return g, nil
}

func (g *niah) steps() (first, increment int) {
	switch {
	case g.opts.Task.Haystack == Essay:
		return 500, 500
	case g.opts.Length < 4096:
		return 5, 5
	}
	return 25, 25
}

func (g *niah) smallest() int {
	if g.essay != nil {
		return 1
	}
	return max(g.opts.Task.Keys, g.opts.Task.Queries) * g.opts.Task.Values
}

func (g *niah) largest() int {
	if g.essay == nil {
		return 0
	}
	return len(g.essay.words)
}

// value draws a key or a value of a kind.
func (g *niah) value(kind string) string {
	switch kind {
	case Numbers:
		return strconv.FormatInt(g.random.Int(1000000, 9999999), 10)
	case Words:
		return g.lists.Pairs.At(g.random.Choice(g.lists.Pairs.Len()))
	}
	return g.random.UUID()
}

// fact is the key and the value of a needle.
type fact struct {
	key, value string
	number     int // of the key, from 0; -1 for a needle that belongs to the haystack
}

// placement is a needle with the number of units of the haystack before it.
type placement struct {
	fact
	at int
}

func (g *niah) make(_, size int) (*draft, error) {
	t := g.opts.Task
	keys := make([]string, max(t.Keys, t.Queries))
	values := make([][]string, len(keys))
	var hidden []fact
	for i := range keys {
		keys[i] = g.value(t.Key)
		for range t.Values {
			value := g.value(t.Value)
			values[i] = append(values[i], value)
			hidden = append(hidden, fact{keys[i], value, i})
		}
	}
	placed := make([]placement, len(hidden))
	for i, from := range g.shuffle(len(hidden)) {
		placed[i].fact = hidden[from]
	}
	units, hay, err := g.place(size, placed)
	if err != nil {
		return nil, err
	}

	asked, err := g.random.Sample(len(keys), t.Queries)
	if err != nil {
		return nil, err
	}
	queries := make([]string, len(asked))
	var answers []string
	for i, key := range asked {
		queries[i] = keys[key]
		answers = append(answers, values[key]...)
	}
	if g.opts.Depth != nil {
		for i, p := range placed {
			if slices.Contains(asked, p.number) {
				placed[i].at = position(units, *g.opts.Depth)
			}
		}
		slices.SortStableFunc(placed, func(a, b placement) int { return a.at - b.at })
	}

	d := &draft{text: newText(g.count), outputs: answers, answer: strings.Join(answers, " ")}
	filled := g.prompt.fill("query", enumerate(queries))
	d.text.addString(filled.before)
	for _, p := range g.write(d.text, size, placed, hay) {
		p.Asked = slices.Contains(queries, p.Key)
		p.Depth = 100 * float64(p.Sentence) / float64(max(units, 1))
		d.needles = append(d.needles, p)
	}
	d.text.addString(filled.after)
	return d, nil
}

// enumerate joins a list as RULER does: "a", "a, and b" or "a, b, and c".
func enumerate(list []string) string {
	last := len(list) - 1
	if last == 0 {
		return list[0]
	}
	return strings.Join(list[:last], ", ") + ", and " + list[last]
}

// place draws the places of the hidden needles and sets them in placed, in the order of the text. It returns
// the units of the haystack, and the needles that a haystack of needles consists of.
func (g *niah) place(size int, placed []placement) (units int, hay []fact, err error) {
	if g.essay != nil {
		units = g.essay.excerpt(size).len()
		drawn, err := g.random.Sample(len(depths), len(placed))
		if err != nil {
			return 0, nil, err
		}
		slices.Sort(drawn)
		for i, depth := range drawn {
			placed[i].at = position(units, float64(depths[depth]))
		}
		return units, nil, nil
	}
	if g.opts.Task.Haystack == Needle {
		hay = make([]fact, 0, size)
		for range size {
			key := g.value(g.opts.Task.Key)
			hay = append(hay, fact{key, g.value(g.opts.Task.Value), -1})
		}
	}
	drawn, err := g.random.Sample(size, len(placed))
	if err != nil {
		return 0, nil, err
	}
	// RULER inserts the lines from the last place to the first, so that the first needle stands last.
	slices.Sort(drawn)
	slices.Reverse(placed)
	for i, at := range drawn {
		placed[i].at = at
	}
	return size, hay, nil
}

// write appends the haystack with the needles.
func (g *niah) write(t *text, size int, placed []placement, hay []fact) []PlacedNeedle {
	switch {
	case g.essay != nil:
		return g.writeSentences(t, g.essay.excerpt(size), placed)
	case hay != nil:
		return g.writeNeedles(t, placed, hay)
	}
	var needles []PlacedNeedle
	line := 0
	newline := false
	separate := func() {
		if newline {
			t.addString("\n")
		}
		newline = true
	}
	lines := func(n int) {
		if n > 0 {
			separate()
			t.add(g.noise.lines(n))
			line += n
		}
	}
	for _, p := range placed {
		lines(p.at - line)
		separate()
		needles = append(needles, placedAt(p, len(t.b)))
		g.writeNeedle(t, p.fact)
	}
	lines(size - line)
	return needles
}

// placedAt returns where a placement stands in the prompt.
func placedAt(p placement, offset int) PlacedNeedle {
	return PlacedNeedle{Key: p.key, Value: p.value, Sentence: p.at, Offset: offset}
}

// writeNeedles appends a haystack of needles with the hidden ones among them, one on each line.
func (g *niah) writeNeedles(t *text, placed []placement, hay []fact) []PlacedNeedle {
	const begin = "One"
	var needles []PlacedNeedle
	t.addString(begin)
	line := func(f fact, last bool) {
		t.add(g.of)
		rest := " " + f.key + " is: " + f.value + "."
		if !last {
			rest += "\n" + begin
		}
		t.addUnseen(rest)
	}
	at := 0
	for _, p := range placed {
		for ; at < p.at; at++ {
			line(hay[at], false)
		}
		needles = append(needles, placedAt(p, len(t.b)-len(begin)))
		line(p.fact, at == len(hay) && len(needles) == len(placed))
	}
	for ; at < len(hay); at++ {
		line(hay[at], at == len(hay)-1)
	}
	return needles
}

// writeSentences appends an essay with the needles, joined by spaces. As in RULER an empty piece counts, so
// that a needle at the very beginning has a space before it.
func (g *niah) writeSentences(t *text, x *excerpt, placed []placement) []PlacedNeedle {
	var needles []PlacedNeedle
	sentence := 0
	for _, p := range placed {
		t.add(x.sentences(sentence, p.at))
		t.addString(" ")
		needles = append(needles, placedAt(p, len(t.b)))
		g.writeNeedle(t, p.fact)
		t.addString(" ")
		sentence = p.at
	}
	t.add(x.sentences(sentence, x.len()))
	return needles
}

// writeNeedle appends "One of the special magic numbers for K is: V."
func (g *niah) writeNeedle(t *text, f fact) {
	t.addString("One")
	t.add(g.of)
	t.addUnseen(" " + f.key + " is: " + f.value + ".")
}
