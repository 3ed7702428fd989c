package ruler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"longseq/data/ruler/pyrandom"
	"longseq/data/ruler/pystring"
	"longseq/data/ruler/texts"
	"longseq/data/ruler/words"
)

// Generate returns the samples that opts asks for. With an error it returns the samples before it.
func Generate(ctx context.Context, opts Options, tokenizer Tokenizer, sources *texts.Sources) ([]Sample, error) {
	var samples []Sample
	err := Each(ctx, opts, tokenizer, sources, func(s Sample) error {
		samples = append(samples, s)
		return nil
	})
	return samples, err
}

// Each calls yield with each sample in order, and stops at the first error of yield. The samples depend on
// the arguments only. Where RULER would never end, the error is a [StuckError].
func Each(ctx context.Context, opts Options, tokenizer Tokenizer, sources *texts.Sources, yield func(Sample) error) error {
	if err := opts.Validate(); err != nil {
		return err
	}
	st, err := newStream(ctx, opts, tokenizer, sources)
	if err != nil {
		return err
	}
	if err := st.enough(); err != nil {
		return err
	}
	for range st.samples {
		sample, err := st.next(ctx)
		if err != nil {
			return err
		}
		if err := yield(sample); err != nil {
			return err
		}
	}
	return nil
}

// stream makes the samples of one run in order.
type stream struct {
	*session
	generator generator
	samples   int // number of samples
	before    int // number of samples of earlier chunks
	number    int // of the next sample, from 0
}

// newStream returns a stream after its search for the size. The options must be valid.
func newStream(ctx context.Context, opts Options, tokenizer Tokenizer, sources *texts.Sources) (*stream, error) {
	s, err := newSession(opts, tokenizer, sources)
	if err != nil {
		return nil, err
	}
	g, err := s.generator()
	if err != nil {
		return nil, err
	}
	if !opts.Fill {
		if err := g.search(ctx); err != nil {
			return nil, fmt.Errorf("%s at %d tokens, search for the size: %w", opts.Task.Name, opts.Length, err)
		}
	}
	st := &stream{session: s, generator: g}
	st.samples, st.before = opts.chunk()
	return st, nil
}

// enough returns an error if the data set has fewer questions than samples are asked for.
func (st *stream) enough() error {
	f, ok := st.generator.(*fitter)
	if !ok || st.opts.Fill {
		return nil
	}
	q, ok := f.sizer.(*questions)
	if last := st.before + st.samples; ok && last > len(q.qa.Questions) {
		return fmt.Errorf("%s at %d tokens: %w", st.opts.Task.Name, st.opts.Length, q.beyond(last))
	}
	return nil
}

// next returns the next sample.
func (st *stream) next(ctx context.Context) (Sample, error) {
	if err := ctx.Err(); err != nil {
		return Sample{}, err
	}
	d, err := st.draft(ctx, st.number+st.before)
	var stuck *StuckError
	if errors.As(err, &stuck) {
		stuck.Task, stuck.Length, stuck.Sample = st.opts.Task.Name, st.opts.Length, st.number
		return Sample{}, stuck
	}
	if err != nil {
		return Sample{}, fmt.Errorf("%s at %d tokens, sample %d: %w", st.opts.Task.Name, st.opts.Length, st.number, err)
	}
	sample, err := st.sample(st.number, d)
	st.number++
	return sample, err
}

// draft makes the prompt of one sample.
func (st *stream) draft(ctx context.Context, number int) (*draft, error) {
	if st.opts.Fill {
		return st.generator.fill(ctx, number)
	}
	return st.generator.next(number)
}

// generator makes the prompts of one task.
type generator interface {
	// search finds the size. It comes before the first call of next.
	search(ctx context.Context) error
	// next returns the next prompt. number is the number of its question, which only question tasks use.
	next(number int) (*draft, error)
	// fill returns a prompt that is as long as fits. It needs no search.
	fill(ctx context.Context, number int) (*draft, error)
}

// draft is a prompt with what the record needs.
type draft struct {
	text    *text
	length  int // tokens of the prompt and the budget together
	outputs []string
	answer  string // the answer as V2024 counts it in its search
	needles []PlacedNeedle
}

// session holds what all parts of one run share.
type session struct {
	opts      Options
	tokenizer Tokenizer
	sources   *texts.Sources
	count     *counter
	lists     *words.Lists
	random    *pyrandom.Random
	numpy     *pyrandom.NumPy
	shuffles  map[int][]int // permutations by their length
	// shuffleSeed seeds the shuffle of every list.
	shuffleSeed int64
	prompt      prompt
	// limit is the length asked for, less the tokens of a chat template that is left out.
	limit          int
	templateTokens int
}

func newSession(opts Options, tokenizer Tokenizer, sources *texts.Sources) (*session, error) {
	lists, err := sources.Words(opts.Wonderwords)
	if err != nil {
		return nil, err
	}
	wrapper, err := modelTemplate(opts.Template, opts.Version)
	if err != nil {
		return nil, err
	}
	s := &session{opts: opts, tokenizer: tokenizer, sources: sources, count: newCounter(tokenizer), lists: lists, limit: opts.Length}
	if opts.PrepareForNS {
		s.templateTokens = tokenizer.Count(wrapper)
		s.limit -= s.templateTokens
		wrapper = taskSlot
		if s.limit <= opts.Task.Budget {
			return nil, fmt.Errorf("length %d: the chat template %s takes %d tokens of it", opts.Length, opts.Template, s.templateTokens)
		}
	}
	s.prompt = newPrompt(wrapper, taskTemplateOf(opts.Task.Kind, opts.Version))
	s.seed(opts.seed())
	return s, nil
}

// seed restarts all random streams.
func (s *session) seed(seed int64) {
	s.random = pyrandom.New(seed)
	s.numpy = pyrandom.NewNumPy(uint32(seed))
	s.shuffles = map[int][]int{}
	s.shuffleSeed = seed
}

// shuffle returns the permutation of random.Random(seed).shuffle for a list of n.
func (s *session) shuffle(n int) []int {
	p, ok := s.shuffles[n]
	if !ok {
		p = pyrandom.New(s.shuffleSeed).Shuffle(n)
		s.shuffles[n] = p
	}
	return p
}

// draws returns how many numbers were drawn from the streams.
func (s *session) draws() uint64 { return s.random.Draws() + s.numpy.Draws() }

// generator returns the generator of the session's task.
func (s *session) generator() (generator, error) {
	var sized sizer
	var err error
	switch s.opts.Task.Kind {
	case Needles:
		sized, err = newNiah(s)
	case Variables:
		return newTracking(s), nil
	case CommonWords:
		sized, err = newCommonWords(s)
	case FreqWords:
		return newFreqWords(s), nil
	case Questions:
		sized, err = newQuestions(s)
	}
	if err != nil {
		return nil, err
	}
	return &fitter{session: s, sizer: sized, limit: s.limit, budget: s.opts.Task.Budget}, nil
}

// sample returns the sample of a draft, which must not be used afterwards.
func (s *session) sample(number int, d *draft) (Sample, error) {
	defer d.text.release()
	whole := string(d.text.b)
	collapsed := s.opts.RemoveNewlineTab
	if collapsed {
		whole = removeNewlineTab(whole)
		for i := range d.needles {
			d.needles[i].Offset = -1
		}
	}
	sample := Sample{Number: number, Index: number, Input: whole, Outputs: d.outputs, Length: d.length,
		Placed: d.needles, task: s.opts.Task, version: s.opts.Version, ours: !s.opts.Authentic(), filled: s.opts.Fill, target: s.opts.Length}
	if s.opts.Version == V2024 {
		return sample, nil
	}
	cut := cutAt(whole, taskTemplates[s.opts.Task.Kind].prefix)
	if cut < 0 {
		return Sample{}, fmt.Errorf("sample %d: its prompt does not contain the beginning of the answer", number)
	}
	sample.Input, sample.AnswerPrefix = whole[:cut], whole[cut:]
	sample.LengthWithTemplate = d.length + s.templateTokens
	if s.opts.Task.Kind == Needles {
		at := strings.Index(sample.Input, d.outputs[0])
		if at < 0 {
			return Sample{}, fmt.Errorf("sample %d: its answer %q is not in the prompt", number, d.outputs[0])
		}
		sample.Index = utf8.RuneCountInString(sample.Input[:at])
		if collapsed {
			sample.TokenPosition = s.count.count(sample.Input[:at])
		} else {
			sample.TokenPosition = d.text.tokensBefore(at)
		}
	}
	return sample, nil
}

// removeNewlineTab replaces every run of white space by one space, and removes it at the ends (RULER's option
// --remove_newline_tab).
func removeNewlineTab(s string) string {
	return strings.Join(pystring.Fields(s), " ")
}
