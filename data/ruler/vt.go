package ruler

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Numbers of the variable task's worked example, which stands before every question.
const (
	exampleLimit     = 500     // tokens
	exampleStep      = 5       // lines
	exampleValue     = "12345" // stands for a value that is drawn for each sample
	exampleMaxHops   = 10
	exampleNameWidth = 3
	nameWidth        = 5
)

// tracking hides chains of variable assignments in noise and asks for all names of a value.
type tracking struct {
	*session
	worked  fitter // makes the worked example
	asking  fitter // makes the samples
	noise   noise
	example string // the worked example with its answer
	intro   string // what the task's template begins with
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

// trimmed is V2024's template of the worked example: the text before the answer's beginning has its
// white space collapsed and loses its last word, chat wrapper's tail included.
func (p prompt) trimmed(whole prompt, task taskTemplate) prompt {
	full := whole.before + "{context}" + whole.after
	start := strings.Index(full, task.text[:20])
	end := strings.Index(full, task.prefix[:10])
	fields := strings.Fields(full[start:end])
	text := strings.Join(fields[:len(fields)-1], " ") + full[end:]
	p.before, p.after, _ = strings.Cut(text, "{context}")
	return p
}

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

// show makes a draft the worked example, with its answer.
func (g *tracking) show(d *draft) {
	end := "\n"
	if g.opts.Version == V2024 {
		end = "\n\n"
	}
	g.example = string(d.text.b) + " " + strings.Join(d.outputs, " ") + end
	g.asking.extra = g.count.count(g.example)
}

func (g *tracking) next(number int) (*draft, error) { return g.asking.next(number) }

// finish puts the worked example before a sample's own text.
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

// complete sets the length; Head counts the text after its white space was collapsed, V2024 before.
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

// drawnExample is the worked example with new names and a new value. A name is replaced wherever it
// occurs, inside other words and names already replaced too.
func (g *tracking) drawnExample() string {
	example := g.example
	names := strings.Fields(example)
	for _, name := range names[max(0, len(names)-g.opts.Task.Hops-1):] {
		example = strings.ReplaceAll(example, name, g.random.Choices(upperCase, len(name)))
	}
	value := strconv.FormatInt(g.numpy.Int(10000, 99999), 10)
	return strings.ReplaceAll(example, exampleValue, value)
}

// chains makes one prompt, of the worked example or of a question.
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

// smallest is less than RULER makes: only filled samples get there.
func (c *chains) smallest() int { return 1 }
func (c *chains) largest() int  { return 0 }

// assignments draws the chains and returns their lines and the first one's names. A name drawn twice
// stays in the list, which then ends in a chain too short: Python's IndexError.
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

// places draws before which lines a chain's assignments stand. In a filled sample of fewer lines several
// may stand before the same.
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

// writeLines joins lines by newlines, runs of noise at once.
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

// interleave puts the i-th line of a chain before lines[at[i]].
func interleave(lines, chain []string, at []int) []string {
	merged := make([]string, 0, len(lines)+len(chain))
	from := 0
	for i, place := range at {
		merged = append(append(merged, lines[from:place]...), chain[i])
		from = place
	}
	return append(merged, lines[from:]...)
}

// noise2024 is the noise of V2024: lines with their own newlines, cut into sentences where there are
// no more lines than assignments.
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
