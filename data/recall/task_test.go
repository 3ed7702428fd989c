package recall

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/data"
)

// found is what a reader finds in a haystack who knows nothing but the words: every needle's key, value
// and place in the filler.
type found struct {
	key, value string
	at         int // position of the marker, in tokens
	before     int // tokens that are not of the first four different needles, before it
}

// findNeedles reads prompt word by word.
func findNeedles(prompt string, width int) []found {
	words := strings.Fields(prompt)
	var all []found
	for i := 0; i < len(words); i++ {
		if words[i] == "needle" {
			all = append(all, found{words[i+1], strings.Join(words[i+2:i+2+width], " "), i, 0})
		}
	}
	return all
}

func TestSampleHasExactLengthAndItsNeedleAtItsDepth(t *testing.T) {
	for _, f := range Formats {
		for _, length := range []int{minLength(f, 4), minLength(f, 4) + 1, 64, 257, 1024} {
			for _, depth := range []float64{0, 12.5, 25, 50, 75, 99, 100} {
				task, err := NewTask(Opticks(), Config{Format: f, Length: length, Depth: depth, Seed: 3})
				if err != nil {
					t.Fatal(err)
				}
				for number := range 8 {
					checkSample(t, task, number)
				}
			}
		}
	}
}

func checkSample(t *testing.T, task *Task, number int) {
	t.Helper()
	c := task.config
	s, err := task.Sample(number)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s length %d depth %v sample %d", c.Format, c.Length, c.Depth, number)
	answer := s.Answers[0]
	if got := len(strings.Fields(s.Prompt + " " + answer)); got != c.Length {
		t.Errorf("%s: %d tokens", name, got)
	}
	if s.MaxNewTokens != valueTokens(c.Format) || len(strings.Fields(answer)) != valueTokens(c.Format) || len(s.Answers) != 1 {
		t.Errorf("%s: answers %q, budget %d", name, s.Answers, s.MaxNewTokens)
	}
	words := strings.Fields(s.Prompt)
	if words[len(words)-2] != "query" {
		t.Fatalf("%s: ends in %q", name, words[len(words)-2:])
	}
	asked := words[len(words)-1]
	needles := findNeedles(s.Prompt, valueTokens(c.Format))
	holding := slices.DeleteFunc(slices.Clone(needles), func(n found) bool { return n.key != asked })
	if len(holding) != 1 || holding[0].value != answer {
		t.Fatalf("%s: asked %s, answer %s, needles %v", name, asked, answer, holding)
	}
	at := holding[0].at
	if want := fmt.Sprintf("needle %s %s", asked, answer); len(s.Needles) != 1 || !strings.HasPrefix(s.Prompt[s.Needles[0]:], want) {
		t.Errorf("%s: needle offsets %v", name, s.Needles)
	}
	if got := len(strings.Fields(s.Prompt[:s.Needles[0]])); got != at {
		t.Errorf("%s: needle at byte offset of token %d, stands at %d", name, got, at)
	}

	// The filler before the asked needle is what stands there less the other needles, which a needles
	// haystack does not show: it may hold up to three of them.
	fill := c.Length - minLength(c.Format, c.Needles)
	want := c.Depth / 100 * float64(fill)
	low, high := at, at
	if c.Format.Haystack == data.Needles {
		low -= min(at, (c.Needles-1)*needleTokens(c.Format))
		if slack := float64(needleTokens(c.Format)); float64(low)-slack > want || float64(high)+slack < want {
			t.Errorf("%s: needle at %d, want %v of %d tokens of filler before it", name, at, want, fill)
		}
	} else {
		before := at
		for _, n := range needles {
			if n.at < at {
				before -= needleTokens(c.Format)
			}
		}
		if math.Abs(float64(before)-want) > 0.5 {
			t.Errorf("%s: %d tokens of filler before the needle, want %v of %d", name, before, want, fill)
		}
	}
	if c.Depth == 0 && at != 0 {
		t.Errorf("%s: needle at %d, want the first token", name, at)
	}
	if end := at + needleTokens(c.Format); c.Depth == 100 && end != len(words)-2 {
		t.Errorf("%s: needle ends at %d, want directly before the question at %d", name, end, len(words)-2)
	}
}

func TestEssayIsAContiguousPieceOfTheText(t *testing.T) {
	text := " " + Opticks().vocabulary.Decode(Opticks().essay) + " "
	task := newTask(t, Config{Format: data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Word}, Length: 200, Depth: data.AnyDepth, Seed: 1})
	for number := range 20 {
		tokens := task.tokens(number)
		filler := withoutNeedles(tokens.Prompt[:len(tokens.Prompt)-2], 3)
		if !strings.Contains(text, " "+Opticks().vocabulary.Decode(filler)+" ") {
			t.Errorf("sample %d: the filler is not a piece of the text", number)
		}
	}
}

// withoutNeedles returns the filler of a haystack whose filler has no needles.
func withoutNeedles(haystack []int32, width int) []int32 {
	var filler []int32
	for i := 0; i < len(haystack); i++ {
		if haystack[i] == needleID {
			i += width - 1
			continue
		}
		filler = append(filler, haystack[i])
	}
	return filler
}

func TestShortTextBeginsAgain(t *testing.T) {
	h := &Haystack{vocabulary: Opticks().vocabulary, essay: []int32{50, 51, 52}}
	task, err := NewTask(h, Config{Format: data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Word}, Length: 40, Depth: 50, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	filler := withoutNeedles(task.tokens(0).Prompt[:37], 3)
	for i := 1; i < len(filler); i++ {
		if want := 50 + (filler[i-1]-50+1)%3; filler[i] != want {
			t.Fatalf("filler %v does not go round", filler)
		}
	}
}

func TestSamplesDependOnNothingButTheirParameters(t *testing.T) {
	base := Config{Format: data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Word}, Length: 64, Depth: 50, Seed: 1}
	task := newTask(t, base)
	last := task.tokens(7)
	task.tokens(3)
	if diff := cmp.Diff(last, newTask(t, base).tokens(7)); diff != "" {
		t.Errorf("sample 7 again:\n%s", diff)
	}
	for name, change := range map[string]func(*Config){
		"seed":    func(c *Config) { c.Seed = 2 },
		"depth":   func(c *Config) { c.Depth = 51 }, // rounds to the same place
		"format":  func(c *Config) { c.Format.Value = data.Number },
		"needles": func(c *Config) { c.Needles = 3 },
	} {
		other := base
		change(&other)
		if slices.Equal(newTask(t, other).tokens(7).Prompt, last.Prompt) {
			t.Errorf("another %s gives the same sample", name)
		}
	}
	if slices.Equal(task.tokens(8).Prompt, last.Prompt) {
		t.Error("another number gives the same sample")
	}
}

// Every key, value and place comes up as often as chance has it: with 3,200 samples each of 16 comes
// 200 times, standard deviation 14; 5 of those are allowed.
func TestDrawsAreEven(t *testing.T) {
	task := newTask(t, Config{Format: data.Format{Haystack: data.Noise, Key: data.Word, Value: data.Word}, Length: 66, Depth: data.AnyDepth, Seed: 5})
	keys, values, places := map[int32]int{}, map[int32]int{}, map[int]int{}
	for number := range 3200 {
		tokens := task.tokens(number)
		keys[tokens.Prompt[len(tokens.Prompt)-1]]++
		values[tokens.Answer[0]]++
		before := withoutNeedles(tokens.Prompt[:tokens.Needle], 3)
		places[len(before)*16/52]++ // 51 tokens of filler have 52 places, 3.25 in each of 16 parts
	}
	for _, counts := range []map[int32]int{keys, values} {
		if len(counts) != 16 {
			t.Errorf("%d of 16 were drawn", len(counts))
		}
		for token, n := range counts {
			if n < 130 || n > 270 {
				t.Errorf("%q came %d times of 3,200", Opticks().vocabulary.words[token], n)
			}
		}
	}
	for part, n := range places {
		if n < 115 || n > 330 { // 3 or 4 places each: 185 or 246
			t.Errorf("part %d of 16 of the filler: %d times of 3,200", part, n)
		}
	}
}

func TestNewTaskSaysWhatIsWrong(t *testing.T) {
	word, number, needles := data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Word}, data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Number}, data.Format{Haystack: data.Needles, Key: data.Word, Value: data.Word}
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"a length without room for word needles":   {Config{Format: word, Length: 14}, "length 14: essay-word-word with 4 needles needs at least 15 tokens"},
		"a length without room for number needles": {Config{Format: number, Length: 24}, "needs at least 25 tokens"},
		"a negative length":                        {Config{Format: word, Length: -1}, "needs at least 15"},
		"a depth below 0":                          {Config{Format: word, Length: 64, Depth: -5}, "depth -5: want percent, 0 to 100"},
		"a depth above 100":                        {Config{Format: word, Length: 64, Depth: 100.5}, "depth 100.5: want percent"},
		"a depth that is no number":                {Config{Format: word, Length: 64, Depth: math.NaN()}, "depth NaN"},
		"more needles than keys":                   {Config{Format: word, Length: 640, Needles: 17}, "17 needles in essay-word-word: want 1 to 16"},
		"no key left for the filler":               {Config{Format: needles, Length: 640, Needles: 16}, "want 1 to 15"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewTask(Opticks(), c.config); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := newTask(t, Config{Format: word, Length: 15}).Sample(-1); err == nil {
		t.Error("sample -1 is not refused")
	}
}

func TestCheckFormatNamesTheKindThatRecallLacks(t *testing.T) {
	for _, f := range Formats {
		if err := CheckFormat(f); err != nil {
			t.Error(err)
		}
	}
	for text, want := range map[string]string{
		"essay-uuid-word": `the keys of recall are of kind "word", not "uuid"`,
		"noise-word-uuid": `the values of recall are of kind "word" or "number", not "uuid"`,
	} {
		f, err := data.ParseFormat(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewTask(Opticks(), Config{Format: f, Length: 64}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	if err := CheckFormat(data.Format{}); err == nil {
		t.Error("the zero format is accepted")
	}
}

func newTask(t testing.TB, c Config) *Task {
	t.Helper()
	task, err := NewTask(Opticks(), c)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// A model of attention reads 64K tokens in seconds at best; a sample of that length takes its maker
// far less.
func BenchmarkTokens(b *testing.B) {
	for _, length := range []int{64, 1024, 65536} {
		b.Run(fmt.Sprintf("length=%d", length), func(b *testing.B) {
			task := newTask(b, Config{Format: data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Word}, Length: length, Depth: 50})
			b.ReportAllocs()
			for number := 0; b.Loop(); number++ {
				task.tokens(number)
			}
			b.ReportMetric(float64(length)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
