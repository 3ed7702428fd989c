package synthetic

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"longseq/data"
)

var update = flag.Bool("update", false, "write testdata anew")

// examples are kinds at settings under which their sequences are short enough to be read.
var examples = []struct {
	text   string
	length int
}{
	{"mqar pairs=2 vocab=12", 16}, {"copying letters=8", 12}, {"ngram-copying letters=8 n=2 answer=3", 18},
	{"selective-copying tokens=3 kinds=8", 14}, {"induction-heads kinds=8", 12}, {"noisy-recall keys=4 noise_words=4", 18},
	{"fuzzy-recall", 24}, {"compression tokens=4 kinds=8", 14}, {"memorisation keys=8", 10}, {"multi-hop chains=2 hops=1", 22},
	{"most-frequent kinds=4 share=40", 14}, {"parity", 10}, {"modular-addition", 10}, {"permutations", 8},
}

// taskOf returns the task that text describes.
func taskOf(t testing.TB, text string) *Task {
	t.Helper()
	kind, settings, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	task, err := New(kind, settings)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func TestSequencesAreThoseOfTheGoldens(t *testing.T) {
	var b strings.Builder
	for _, e := range examples {
		task := taskOf(t, e.text)
		fmt.Fprintf(&b, "%s, length %d, chance %.4f\n", e.text, e.length, task.Chance(e.length))
		for number := range 2 {
			s, err := Samples{Task: task, Length: e.length, Depth: data.AnyDepth, Seed: 1}.Sample(number)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "sample %d: %s -> %s %v\n", number, s.Prompt, s.Answers[0], s.Needles)
		}
		tokens, targets := Rows{Task: task, Seed: 1}.Batch(7, 100, 2, e.length)
		fmt.Fprintf(&b, "row: %s\n    ", task.decode(tokens[e.length:]))
		for _, id := range targets[e.length:] {
			word := "_"
			if id >= 0 {
				word = task.words[id]
			}
			b.WriteString(" " + word)
		}
		b.WriteString("\n\n")
	}
	const path = "testdata/golden.txt"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the sequences are not those of %s:\n%s", path, b.String())
	}
	if len(examples) != len(Kinds()) {
		t.Errorf("%d kinds, %d examples", len(Kinds()), len(examples))
	}
}

func TestSamplesHaveTheirLengthAndRowsTheirTargetsAtAnyLength(t *testing.T) {
	for _, e := range examples {
		task := taskOf(t, e.text)
		vocabulary := int32(len(task.Words()))
		inside := func(id int32) bool { return 0 <= id && id < vocabulary }
		for length := task.maker.shortest(); length < task.maker.shortest()+20; length++ {
			for number := range 4 {
				q := Samples{Task: task, Length: length, Depth: data.AnyDepth, Seed: 3}.question(number)
				if n := len(q.prompt) + len(q.answer); n > length || n < length-1 || len(q.answer) == 0 || q.at >= len(q.prompt) {
					t.Fatalf("%s, length %d: %d tokens of prompt, %d of answer, needle at %d", e.text, length, len(q.prompt), len(q.answer), q.at)
				}
				if !allOf(q.prompt, inside) || !allOf(q.answer, inside) {
					t.Fatalf("%s: tokens without a word: %v, %v", e.text, q.prompt, q.answer)
				}
			}
			tokens, targets := Rows{Task: task, Seed: 3}.Batch(0, 10, 4, length)
			if !allOf(tokens, inside) || !allOf(targets, func(id int32) bool { return id == -1 || inside(id) }) {
				t.Fatalf("%s: tokens without a word in rows: %v, %v", e.text, tokens, targets)
			}
			for row := range 4 {
				if allOf(targets[row*length:(row+1)*length], func(id int32) bool { return id < 0 }) {
					t.Fatalf("%s, length %d: a row without a loss", e.text, length)
				}
			}
		}
	}
}

func allOf(ids []int32, rule func(int32) bool) bool {
	return !slices.ContainsFunc(ids, func(id int32) bool { return !rule(id) })
}

func TestWordsAreDifferentAndWithoutSpaces(t *testing.T) {
	for _, k := range Kinds() {
		task, err := New(k, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, w := range task.Words() {
			if seen[w] || len(strings.Fields(w)) != 1 {
				t.Errorf("%s: word %q", k.Name, w)
			}
			seen[w] = true
		}
	}
}

func TestSequencesDependOnSeedNumberAndSettings(t *testing.T) {
	task := taskOf(t, "mqar pairs=4")
	prompt := func(task *Task, length int, depth float64, seed int64, number int) string {
		s, err := Samples{Task: task, Length: length, Depth: depth, Seed: seed}.Sample(number)
		if err != nil {
			t.Fatal(err)
		}
		return s.Prompt
	}
	one := prompt(task, 64, 50, 1, 0)
	if one != prompt(taskOf(t, "mqar power=1 pairs=4"), 64, 50, 1, 0) {
		t.Error("the same settings in another order make other samples")
	}
	for what, other := range map[string]string{
		"number": prompt(task, 64, 50, 1, 1), "seed": prompt(task, 64, 50, 2, 0), "depth": prompt(task, 64, 25, 1, 0),
		"setting": prompt(taskOf(t, "mqar pairs=4 power=2"), 64, 50, 1, 0),
	} {
		if one == other {
			t.Errorf("another %s makes the same sample", what)
		}
	}
	rows := Rows{Task: task, Seed: 1}
	a, _ := rows.Batch(3, 10, 2, 64)
	b, _ := rows.Batch(3, 10, 2, 64)
	c, _ := rows.Batch(4, 10, 2, 64)
	v, _ := rows.Validation().Batch(3, 10, 2, 64)
	if !slices.Equal(a, b) || slices.Equal(a, c) || slices.Equal(a, v) || slices.Equal(a[:64], a[64:]) {
		t.Error("rows do not depend on their step, number and split alone")
	}
}

func TestDepthsAreThePlacesOfWhatIsAskedFor(t *testing.T) {
	for _, e := range examples {
		task := taskOf(t, e.text)
		if !task.kind.HasDepth {
			continue
		}
		before := -1
		for _, depth := range []float64{0, 100} {
			q := Samples{Task: task, Length: e.length + 20, Depth: depth, Seed: 1}.question(0)
			if q.at <= before {
				t.Errorf("%s: at depth %v the place is %d, not behind %d", e.text, depth, q.at, before)
			}
			before = q.at
		}
	}
}

func TestMixesOfLengths(t *testing.T) {
	task := taskOf(t, "parity")
	lengths := func(mix Mix, step int) (shortest, longest int) {
		const rows, length = 200, 40
		_, targets := Rows{Task: task, Seed: 1, Mix: mix}.Batch(step, 100, rows, length)
		shortest = length
		for row := range rows {
			n := 0
			for _, id := range targets[row*length : (row+1)*length] {
				if id >= 0 {
					n++
				}
			}
			shortest, longest = min(shortest, n), max(longest, n)
		}
		return shortest, longest
	}
	for _, row := range []struct {
		mix                             Mix
		step, shortest, atLeast, atMost int
	}{
		{Full, 0, 40, 40, 40}, {Mixed, 0, 2, 39, 40}, {Grow, 0, 2, 2, 2}, {Grow, 35, 2, 19, 21}, {Grow, 70, 2, 39, 40}, {Grow, 99, 2, 39, 40},
	} {
		shortest, longest := lengths(row.mix, row.step)
		if shortest != row.shortest || longest < row.atLeast || longest > row.atMost {
			t.Errorf("%q, step %d: sequences of %d to %d tokens, want %d to %d", row.mix, row.step, shortest, longest, row.shortest, row.atMost)
		}
	}
}

func TestSettingsThatCannotBeMetAreOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "no task; want a name with settings, such as mqar pairs=16",
		"mqr":                        `unknown synthetic task "mqr"; did you mean "mqar"?`,
		"mqar pair=2":                `mqar: unknown axis "pair"; did you mean "pairs"?`,
		"mqar pairs":                 `mqar: "pairs"; want AXIS=NUMBER`,
		"mqar pairs=many":            `mqar: "pairs=many"; want AXIS=NUMBER`,
		"mqar pairs=2 pairs=3":       "mqar: pairs is set twice",
		"mqar pairs=0":               "mqar: pairs is 0; want 1 to 4096",
		"mqar pairs=64":              "mqar pairs=64: 64 pairs and 63 keys; want no more pairs than keys, or a larger vocab",
		"permutations objects=9":     "permutations: objects is 9; want 2 to 5",
		"modular-addition modulus=1": "modular-addition: modulus is 1; want 2 to 4096",
		"parity modulus=2":           `parity: unknown axis "modulus"; none is known`,
		"fuzzy-recall key=8":         "fuzzy-recall key=8: a key or value of 8 different tokens of 7; want no more than there are",
		"multi-hop chains=20":        "multi-hop chains=20: 20 chains and 16 values; want no more chains than values",
		"multi-hop hops=9":           "multi-hop hops=9: 4 chains of 10 names need 40 names; there are 32",
	} {
		kind, settings, err := Parse(text)
		if err == nil {
			_, err = New(kind, settings)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
	for text, row := range map[string]struct {
		length int
		want   string
	}{
		"mqar pairs=16":               {63, "length 63: mqar pairs=16 needs at least 64 tokens"},
		"ngram-copying letters=2 n=1": {64, "length 64: ngram-copying letters=2 n=1 can have at most 15 tokens"},
	} {
		if err := taskOf(t, text).CheckLength(row.length); err == nil || err.Error() != row.want {
			t.Errorf("%s: error %v, want %s", text, err, row.want)
		}
	}
}
