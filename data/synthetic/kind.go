package synthetic

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"longseq/internal/nearmiss"
)

// A Kind is a synthetic task with its axes.
type Kind struct {
	Name string
	// Asks says in a line what the task asks for, Source where it is defined.
	Asks, Source string
	Axes         []Axis
	// HasDepth says whether the place of what is asked for can be chosen.
	HasDepth bool

	chance func(s Settings, length int) float64
	maker  func(s Settings) (maker, error)
}

// An Axis is a whole number that a kind can vary.
type Axis struct {
	Name              string
	Default, Min, Max int
	Meaning           string
}

// Settings are the values of axes by their names. A missing one has its default.
type Settings map[string]int

// A maker draws the sequences of a kind at given settings, as token ids.
type maker interface {
	// words are the vocabulary, in the order of ids.
	words() []string
	// shortest is the least length of a sample and of a row.
	shortest() int
	// fill draws a row. targets are -1 where no loss is taken, as all are before.
	fill(d drawer, tokens, targets []int32)
	// ask draws a sample of at most length tokens, answer included.
	ask(d drawer, length int) question
}

// question is a sample as token ids.
type question struct {
	prompt, answer []int32
	at             int // where in the prompt stands what is asked for, -1 for nowhere in particular
}

// Kinds are all kinds, in the order of tables.
func Kinds() []Kind {
	return []Kind{
		mqar, copying, ngramCopying, selectiveCopying, inductionHeads, noisyRecall, fuzzyRecall, compression, memorisation,
		multiHop, mostFrequent, parity, modularAddition, permutations,
	}
}

// Find returns the kind of that name, or an error with the near miss.
func Find(name string) (Kind, error) {
	var names []string
	for _, k := range Kinds() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kind{}, nearmiss.Unknown("synthetic task", name, names)
}

// Parse reads a kind with settings, such as "mqar pairs=16 vocab=256". The error names the kind or axis that is unknown,
// or the value that is out of range.
func Parse(text string) (Kind, Settings, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return Kind{}, nil, fmt.Errorf("no task; want a name with settings, such as mqar pairs=16")
	}
	k, err := Find(words[0])
	if err != nil {
		return Kind{}, nil, err
	}
	settings := Settings{}
	for _, word := range words[1:] {
		name, value, ok := strings.Cut(word, "=")
		number, err := strconv.Atoi(value)
		if !ok || err != nil {
			return Kind{}, nil, fmt.Errorf("%s: %q; want AXIS=NUMBER", k.Name, word)
		}
		if _, twice := settings[name]; twice {
			return Kind{}, nil, fmt.Errorf("%s: %s is set twice", k.Name, name)
		}
		settings[name] = number
	}
	return k, settings, k.Check(settings)
}

// Text writes a kind with settings so that Parse reads it back. Axes at their defaults are left out, the others are in the
// kind's order: equal settings have one text.
func (k Kind) Text(s Settings) string {
	text := k.Name
	for _, a := range k.Axes {
		if value, ok := s[a.Name]; ok && value != a.Default {
			text += fmt.Sprintf(" %s=%d", a.Name, value)
		}
	}
	return text
}

// Check returns an error for an axis that the kind does not have and for a value out of its range.
func (k Kind) Check(s Settings) error {
	var names []string
	for _, a := range k.Axes {
		names = append(names, a.Name)
		if value, ok := s[a.Name]; ok && (value < a.Min || value > a.Max) {
			return fmt.Errorf("%s: %s is %d; want %d to %d", k.Name, a.Name, value, a.Min, a.Max)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if !slices.Contains(names, name) {
			return fmt.Errorf("%s: %w", k.Name, nearmiss.Unknown("axis", name, names))
		}
	}
	return nil
}

// withDefaults returns the settings with a value for every axis.
func (k Kind) withDefaults(s Settings) Settings {
	full := Settings{}
	for _, a := range k.Axes {
		full[a.Name] = a.Default
	}
	maps.Copy(full, s)
	return full
}

// Chance is the score, at a length, of the best answer that does not look at what is asked, 0 to 1.
func (k Kind) Chance(s Settings, length int) float64 { return k.chance(k.withDefaults(s), length) }

// numbered returns n words with a prefix: k0, k1, ...
func numbered(prefix string, n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = prefix + strconv.Itoa(i)
	}
	return words
}
