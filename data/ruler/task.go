package ruler

import (
	"fmt"
	"slices"

	"longseq/data"
	"longseq/data/ruler/scoring"
	"longseq/data/ruler/texts"
	"longseq/internal/nearmiss"
)

// Kind is a kind of generator: the name of a script in RULER's scripts/data/synthetic, without .py.
type Kind string

const (
	// Needles hides sentences with a key and a value in a haystack, and asks for the values of some keys
	// (RULER, section 3.1).
	Needles Kind = "niah"
	// Variables hides chains of assignments such as "VAR X1 = 12345" and "VAR X2 = VAR X1" in noise, and
	// asks for all variables with the value of a chain (RULER, section 3.2).
	Variables Kind = "variable_tracking"
	// CommonWords lists words, some of which occur more often than the others, and asks for these (RULER,
	// section 3.3).
	CommonWords Kind = "common_words_extraction"
	// FreqWords lists made-up words with frequencies that follow a zeta distribution, and asks for the three
	// most frequent (RULER, section 3.3).
	FreqWords Kind = "freq_words_extraction"
	// Questions asks a question of SQuAD or HotpotQA over its own documents and others (RULER, section 3.4).
	Questions Kind = "qa"
)

// RULER's words for the kinds of haystack, key and value.
const (
	Essay  = "essay"
	Noise  = "noise"
	Needle = "needle"

	Words   = "words"
	Numbers = "numbers"
	UUIDs   = "uuids"
)

// Task is a kind of generator with its parameters. Parameters of other kinds are ignored.
type Task struct {
	Name   string         `json:"name"`
	Kind   Kind           `json:"kind"`
	Budget int            `json:"budget"` // tokens for the answer
	Metric scoring.Metric `json:"metric"`

	Haystack string `json:"haystack,omitempty"` // niah: Essay, Noise or Needle
	Key      string `json:"key,omitempty"`      // niah: Words, Numbers or UUIDs
	Value    string `json:"value,omitempty"`    // niah: Words, Numbers or UUIDs
	Keys     int    `json:"keys,omitempty"`     // niah: keys hidden; at least Queries
	Values   int    `json:"values,omitempty"`   // niah: values of each key
	Queries  int    `json:"queries,omitempty"`  // niah: keys asked for

	Chains int `json:"chains,omitempty"` // vt: chains of variables
	Hops   int `json:"hops,omitempty"`   // vt: assignments after the first

	Common          int     `json:"common,omitempty"`           // cwe: common words
	CommonRepeats   int     `json:"common_repeats,omitempty"`   // cwe: how often each of them occurs; 6 below a length of 4096
	UncommonRepeats int     `json:"uncommon_repeats,omitempty"` // cwe: how often the others occur; 1 below a length of 4096
	Examples        int     `json:"examples,omitempty"`         // cwe: worked examples before the question
	WordLength      int     `json:"word_length,omitempty"`      // fwe: letters of a made-up word
	Alpha           float64 `json:"alpha,omitempty"`            // fwe: exponent of the zeta distribution

	Dataset string `json:"dataset,omitempty"` // qa: texts.SQuAD or texts.HotpotQA
}

// tasks are the tasks of RULER's scripts/synthetic.yaml.
var tasks = []Task{
	niahTask("niah_single_1", Noise, Words, Numbers, 1, 1, 1),
	niahTask("niah_single_2", Essay, Words, Numbers, 1, 1, 1),
	niahTask("niah_single_3", Essay, Words, UUIDs, 1, 1, 1),
	niahTask("niah_multikey_1", Essay, Words, Numbers, 4, 1, 1),
	niahTask("niah_multikey_2", Needle, Words, Numbers, 1, 1, 1),
	niahTask("niah_multikey_3", Needle, UUIDs, UUIDs, 1, 1, 1),
	niahTask("niah_multivalue", Essay, Words, Numbers, 1, 4, 1),
	niahTask("niah_multiquery", Essay, Words, Numbers, 1, 1, 4),
	{Name: "vt", Kind: Variables, Budget: 30, Metric: scoring.MatchAll, Chains: 1, Hops: 4},
	{Name: "cwe", Kind: CommonWords, Budget: 120, Metric: scoring.MatchAll, Common: 10, CommonRepeats: 30, UncommonRepeats: 3, Examples: 1},
	{Name: "fwe", Kind: FreqWords, Budget: 50, Metric: scoring.MatchAll, WordLength: 6, Alpha: 2},
	{Name: "qa_1", Kind: Questions, Budget: 32, Metric: scoring.MatchPart, Dataset: texts.SQuAD},
	{Name: "qa_2", Kind: Questions, Budget: 32, Metric: scoring.MatchPart, Dataset: texts.HotpotQA},
}

// niahTask returns a needle task with the given kinds and counts.
func niahTask(name, haystack, key, value string, keys, values, queries int) Task {
	return Task{Name: name, Kind: Needles, Budget: 128, Metric: scoring.MatchAll,
		Haystack: haystack, Key: key, Value: value, Keys: keys, Values: values, Queries: queries}
}

// SingleNeedle is the name of the task that [SingleNeedleTask] returns.
const SingleNeedle = "niah"

// SingleNeedleTask returns niah_single_2 under the name "niah": one needle, whose depth ([Options.Depth]) and
// format ([Task.WithFormat]) are to be chosen. It is the task of the paper's Tables 2 to 4.
func SingleNeedleTask() Task {
	task := tasks[1]
	task.Name = SingleNeedle
	return task
}

// Tasks returns RULER's 13 tasks in its order.
func Tasks() []Task { return slices.Clone(tasks) }

// TaskNames returns the names of the 13 tasks in RULER's order.
func TaskNames() []string {
	names := make([]string, len(tasks))
	for i, task := range tasks {
		names[i] = task.Name
	}
	return names
}

// TaskNamed returns the task of that name among the 13. The error for an unknown name suggests one.
func TaskNamed(name string) (Task, error) {
	for _, task := range tasks {
		if task.Name == name {
			return task, nil
		}
	}
	return Task{}, nearmiss.Unknown("task", name, TaskNames())
}

// The kinds of a data.Format in RULER's words.
var (
	rulerHaystacks = map[string]string{data.Essay: Essay, data.Noise: Noise, data.Needles: Needle}
	rulerKinds     = map[string]string{data.Word: Words, data.Number: Numbers, data.UUID: UUIDs}
)

// WithFormat returns a needle task with the haystack and the kinds of key and value of a format. It returns
// an error for a task without needles.
func (t Task) WithFormat(f data.Format) (Task, error) {
	if t.Kind != Needles {
		return t, fmt.Errorf("format %s: %s hides no needles; a format is for niah tasks", f, t.Name)
	}
	t.Haystack, t.Key, t.Value = rulerHaystacks[f.Haystack], rulerKinds[f.Key], rulerKinds[f.Value]
	return t, nil
}

// Needs returns the texts that the tasks are made of.
func Needs(tasks ...Task) texts.Needs {
	var n texts.Needs
	for _, t := range tasks {
		n.Essay = n.Essay || t.Kind == Needles && t.Haystack == Essay
		n.Pairs = n.Pairs || t.Kind == Needles && (t.Key == Words || t.Value == Words)
		n.Words = n.Words || t.Kind == CommonWords
		n.SQuAD = n.SQuAD || t.Kind == Questions && t.Dataset == texts.SQuAD
		n.HotpotQA = n.HotpotQA || t.Kind == Questions && t.Dataset == texts.HotpotQA
	}
	return n
}

// With returns the task with the parameters of p that are not zero. Name, kinds and data set are kept.
func (t Task) With(p Task) Task {
	for _, field := range []struct{ to, from *int }{
		{&t.Budget, &p.Budget}, {&t.Keys, &p.Keys}, {&t.Values, &p.Values}, {&t.Queries, &p.Queries},
		{&t.Chains, &p.Chains}, {&t.Hops, &p.Hops}, {&t.Common, &p.Common}, {&t.CommonRepeats, &p.CommonRepeats},
		{&t.UncommonRepeats, &p.UncommonRepeats}, {&t.Examples, &p.Examples}, {&t.WordLength, &p.WordLength},
	} {
		if *field.from != 0 {
			*field.to = *field.from
		}
	}
	if p.Alpha != 0 {
		t.Alpha = p.Alpha
	}
	return t
}

// The largest parameters of tasks, so that a mistyped one is an error and neither fills the memory nor takes for ever.
const (
	maxNeedles         = 1 << 20
	maxChains          = 10_000
	maxHops            = 100_000
	maxExampleNames    = 26 * 26 * 26 / 2 // half of the names of three letters, which the worked example draws until they differ
	maxCommon          = 100_000
	maxCommonRepeats   = 1000
	maxUncommonRepeats = 100
	maxExamples        = 1000
	maxWordLength      = 100 // letters
	// minAlpha is where the search for the size still ends within minutes: at an exponent near 1, the words that
	// count take a vanishing part of the size.
	minAlpha, maxAlpha = 1.01, 100.0
)

// parameter is a parameter of a task with its largest value.
type parameter struct {
	name        string
	value, most int
}

// words is the number of words that any sample of a length in tokens has at least: each is at least one token.
func (t Task) words(length int) int {
	switch t.Kind {
	case Needles:
		return max(t.Keys, t.Queries) * t.Values
	case Variables:
		return t.Chains * (t.Hops + 1)
	case CommonWords:
		if length >= 4096 {
			return t.Common*t.CommonRepeats + t.Examples
		}
		return t.Common + t.Examples
	}
	return 0
}

// Validate returns an error that names the first parameter that the task's kind of generator cannot use.
func (t Task) Validate() error {
	between := func(fields ...parameter) error {
		for _, p := range fields {
			switch {
			case p.value < 1:
				return fmt.Errorf("task %s: %s is %d, want at least 1", t.Name, p.name, p.value)
			case p.value > p.most:
				return fmt.Errorf("task %s: %s is %d, want at most %d", t.Name, p.name, p.value, p.most)
			}
		}
		return nil
	}
	oneOf := func(field, value string, allowed ...string) error {
		if !slices.Contains(allowed, value) {
			return fmt.Errorf("task %s: %w", t.Name, nearmiss.Unknown(field, value, allowed))
		}
		return nil
	}
	if err := between(parameter{"budget", t.Budget, maxLength}); err != nil {
		return err
	}
	switch t.Kind {
	case Needles:
		for _, err := range []error{
			oneOf("haystack", t.Haystack, Essay, Noise, Needle),
			oneOf("key", t.Key, Words, Numbers, UUIDs),
			oneOf("value", t.Value, Words, Numbers, UUIDs),
		} {
			if err != nil {
				return err
			}
		}
		err := between(parameter{"keys", t.Keys, maxNeedles}, parameter{"values", t.Values, maxNeedles}, parameter{"queries", t.Queries, maxNeedles})
		if n := max(t.Keys, t.Queries) * t.Values; err == nil && t.Haystack == Essay && n > len(depths) {
			return fmt.Errorf("task %s: %d needles in an essay, want at most %d", t.Name, n, len(depths))
		}
		return err
	case Variables:
		err := between(parameter{"chains", t.Chains, maxChains}, parameter{"hops", t.Hops, maxHops})
		if n := t.Chains * (min(t.Hops, exampleMaxHops) + 1); err == nil && n > maxExampleNames {
			return fmt.Errorf("task %s: %d chains need %d names in the worked example, want at most %d", t.Name, t.Chains, n, maxExampleNames)
		}
		return err
	case CommonWords:
		return between(parameter{"common", t.Common, maxCommon}, parameter{"common repeats", t.CommonRepeats, maxCommonRepeats},
			parameter{"uncommon repeats", t.UncommonRepeats, maxUncommonRepeats}, parameter{"examples", t.Examples, maxExamples})
	case FreqWords:
		if !(t.Alpha >= minAlpha && t.Alpha <= maxAlpha) {
			return fmt.Errorf("task %s: alpha is %v, want %v to %v", t.Name, t.Alpha, minAlpha, maxAlpha)
		}
		return between(parameter{"word length", t.WordLength, maxWordLength})
	case Questions:
		return oneOf("dataset", t.Dataset, texts.SQuAD, texts.HotpotQA)
	}
	return fmt.Errorf("task %s: %w", t.Name, nearmiss.Unknown("kind of generator", string(t.Kind),
		[]string{string(Needles), string(Variables), string(CommonWords), string(FreqWords), string(Questions)}))
}
