package ruler

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Parameters of the worked example before every question, and of names.
const (
	exampleLimit     = 500     // tokens
	exampleStep      = 5       // lines
	exampleValue     = "12345" // replaced by a value that is drawn for each sample
	exampleMaxHops   = 10
	exampleNameWidth = 3
	nameWidth        = 5
)

// tracking hides chains of variable assignments in noise and asks for all variables with the value of the
// first chain, as RULER's variable_tracking.py does. A worked example comes first:
//
//	... VAR JUTFC = 68172 ... VAR YRWQX = VAR JUTFC ... VAR TEEBR = VAR YRWQX ...
//	Question: Find all variables that are assigned the value 68172 in the text above.
type tracking struct {
	*session
	worked  fitter // makes the worked example
	asking  fitter // makes the samples
	noise   noise
	example string // the worked example with its answer
	intro   string // the beginning of the task's template
}

func newTracking(s *session) *tracking {
	template := taskTemplateOf(Variables, s.opts.Version)
	s.count.marks = true
	g := &tracking{session: s, noise: noise{c: s.count}, intro: template.text[:20]}
	example := &chains{tracking: g, example: true, prompt: newPrompt(taskSlot, template)}
	question := &chains{tracking: g, prompt: s.prompt}
	g.worked = fitter{session: s, sizer: example, limit: exampleLimit - s.templateTokens}
	g.asking = fitter{session: s, sizer: question, limit: s.limit, budget: s.opts.Task.Budget}
	if s.opts.Version == V2024 {
		example.prompt = example.prompt.trimmed(s.prompt, template)
		g.worked.budget = s.opts.Task.Budget
		g.worked.stubborn, g.asking.stubborn = true, true
	}
	g.worked.finish = func(d *draft) error { return g.complete(d, 0) }
	g.asking.finish = g.finish
	return g
}

// trimmed returns V2024's prompt of the worked example: the text before the beginning of the answer, with its
// white space collapsed and without its last word, whether task or chat template.
func (p prompt) trimmed(whole prompt, task taskTemplate) prompt {
	full := whole.before + "{context}" + whole.after
	start := strings.Index(full, task.text[:20])
	end := strings.Index(full, task.prefix[:10])
	fields := strings.Fields(full[start:end])
	text := strings.Join(fields[:len(fields)-1], " ") + full[end:]
	p.before, p.after, _ = strings.Cut(text, "{context}")
	return p
}

// search makes the worked example and finds the size.
func (g *tracking) search(ctx context.Context) error {
	if err := g.makeExample(ctx); err != nil {
		return err
	}
	return g.asking.search(ctx)
}

// makeExample makes the worked example.
func (g *tracking) makeExample(ctx context.Context) error {
	if err := g.worked.search(ctx); err != nil {
		return err
	}
	d, err := g.worked.next(0)
	if err != nil {
		return fmt.Errorf("worked example: %w", err)
	}
	g.show(d)
	return nil
}

// show keeps a draft with its answer as the worked example.
func (g *tracking) show(d *draft) {
	end := "\n"
	if g.opts.Version == V2024 {
		end = "\n\n"
	}
	g.example = string(d.text.b) + " " + strings.Join(d.outputs, " ") + end
	g.asking.extra = g.count.count(g.example)
}

func (g *tracking) next(number int) (*draft, error) { return g.asking.next(number) }

// finish puts the worked example before the text of a sample.
func (g *tracking) finish(d *draft) error {
	length := d.text.tokens() + g.asking.budget + g.asking.extra // what V2024 calls the length
	at := strings.Index(string(d.text.b), g.intro)
	before := string(d.text.b[:at])
	t := newText(g.count)
	if g.opts.Version == V2024 {
		t.addString(before + " " + g.example + "\n\n")
	} else {
		t.addString(before + g.drawnExample() + "\n")
	}
	t.addText(d.text, at)
	d.text.release()
	d.text = t
	if g.opts.Version == V2024 {
		d.length = length
		return nil
	}
	return g.complete(d, g.asking.budget)
}

// complete sets the length. With RemoveNewlineTab, Head counts the text after the white space is collapsed and
// V2024 before.
func (g *tracking) complete(d *draft, budget int) error {
	if g.opts.Version == V2024 {
		d.length = d.text.tokens() + g.opts.Task.Budget
	}
	if g.opts.RemoveNewlineTab {
		collapsed := newText(g.count)
		collapsed.addString(removeNewlineTab(string(d.text.b)))
		d.text = collapsed
	}
	if g.opts.Version == Head {
		d.length = d.text.tokens() + budget
	}
	return nil
}

// drawnExample returns the worked example with new names and a new value. As in RULER a name is replaced
// wherever it occurs, even inside other words or names replaced before.
func (g *tracking) drawnExample() string {
	example := g.example
	names := strings.Fields(example)
	for _, name := range names[max(0, len(names)-g.opts.Task.Hops-1):] {
		example = strings.ReplaceAll(example, name, g.random.Choices(upperCase, len(name)))
	}
	value := strconv.FormatInt(g.numpy.Int(10000, 99999), 10)
	return strings.ReplaceAll(example, exampleValue, value)
}

// chains makes prompts: of the worked example or of samples.
type chains struct {
	*tracking
	example bool
	prompt  prompt
}

func (c *chains) steps() (first, increment int) {
	switch {
	case c.example:
		return exampleStep, exampleStep
	case c.opts.Length < 4096 && c.opts.Version == Head:
		return 5, 5
	}
	return 10, 10
}

// smallest is below RULER's smallest size. Only filled samples use it.
func (c *chains) smallest() int { return 1 }
func (c *chains) largest() int  { return 0 }

// assignments draws the chains. It returns the lines of each, and the names and the value of the first. As in
// RULER a name that is drawn twice stays in the list, so that the last chain is too short: Python's
// IndexError.
func (c *chains) assignments() (lines [][]string, names []string, value string, err error) {
	t := c.opts.Task
	width, hops := nameWidth, t.Hops
	if c.example {
		width, hops = exampleNameWidth, min(exampleMaxHops, t.Hops)
	}
	var all []string
	distinct := map[string]bool{}
	need := (hops + 1) * t.Chains
	for len(all) < need || len(distinct) < need {
		name := c.random.Choices(upperCase, width)
		all = append(all, name)
		distinct[name] = true
	}
	for chain := range slices.Chunk(all, hops+1) {
		first := exampleValue
		if !c.example || c.opts.Version == V2024 {
			first = strconv.FormatInt(c.numpy.Int(10000, 99999), 10)
		}
		if len(chain) <= hops {
			return nil, nil, "", fmt.Errorf("a name was drawn twice")
		}
		line := []string{"VAR " + chain[0] + " = " + first}
		for i := range hops {
			line = append(line, "VAR "+chain[i+1]+" = VAR "+chain[i]+" ")
		}
		lines = append(lines, line)
		if value == "" {
			value, names = first, slices.Clone(chain)
		}
	}
	return lines, names, value, nil
}

func (c *chains) make(_, size int) (*draft, error) {
	assigned, names, value, err := c.assignments()
	if err != nil {
		return nil, err
	}
	hay := slices.Repeat([]string{noiseLine}, size)
	if c.opts.Version == V2024 {
		hay = noise2024(size, len(assigned[0]))
	}
	for _, chain := range assigned {
		at, err := c.places(len(hay), len(chain))
		if err != nil {
			return nil, err
		}
		hay = interleave(hay, chain, at)
	}
	filled := c.prompt.fill("query", value, "num_v", strconv.Itoa(c.opts.Task.Hops+1))
	d := &draft{text: newText(c.count), outputs: names, answer: answerList(names)}
	d.text.addString(filled.before)
	if c.opts.Version == V2024 {
		d.text.addString(strings.ReplaceAll(strings.Join(hay, " "), ". \n", ".\n"))
	} else {
		c.writeLines(d.text, hay)
	}
	d.text.addString(filled.after)
	return d, nil
}

// places draws the lines before which the assignments of a chain stand. In a filled sample with fewer lines
// than assignments, several may stand before the same line.
func (c *chains) places(lines, assignments int) ([]int, error) {
	if c.opts.Fill && lines < assignments {
		at := make([]int, assignments)
		for i := range at {
			at[i] = c.random.Choice(lines + 1)
		}
		slices.Sort(at)
		return at, nil
	}
	at, err := c.random.Sample(lines, assignments)
	slices.Sort(at)
	return at, err
}

// writeLines appends lines joined by newlines.
func (c *chains) writeLines(t *text, lines []string) {
	for i := 0; i < len(lines); {
		if i > 0 {
			t.addString("\n")
		}
		run := 0
		for i+run < len(lines) && lines[i+run] == noiseLine {
			run++
		}
		if run == 0 {
			t.addString(lines[i])
			i++
			continue
		}
		t.add(c.noise.lines(run))
		i += run
	}
}

// interleave returns lines with chain[i] before lines[at[i]].
func interleave(lines, chain []string, at []int) []string {
	merged := make([]string, 0, len(lines)+len(chain))
	from := 0
	for i, place := range at {
		merged = append(append(merged, lines[from:place]...), chain[i])
		from = place
	}
	return append(merged, lines[from:]...)
}

// noise2024 returns the noise of V2024: lines with their newlines, or sentences if there are no more lines than
// assignments.
func noise2024(size, assignments int) []string {
	lines := slices.Repeat([]string{noiseLine + "\n"}, size)
	if size > assignments {
		return lines
	}
	var sentences []string
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ".") {
			if strings.TrimSpace(part) != "" {
				part += "."
			}
			sentences = append(sentences, part)
		}
	}
	return sentences
}
