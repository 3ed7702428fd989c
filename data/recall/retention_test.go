package recall

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/data"
)

// sample returns the i-th prompt of a reading with its answer, as a model reads it that cannot fork its state.
func (t *Retention) sample(number, i int) data.Sample {
	r := t.tokens(number)
	return t.haystack.vocabulary.sample(number, sampleTokens{
		Prompt: slices.Concat(r.Haystack[:r.At[i]], r.Question),
		Answer: r.Answer,
		Needle: r.Needle,
	})
}

func TestReadingIsTheSampleAtEveryDistance(t *testing.T) {
	for _, f := range Formats {
		distances := []int{0, 15, 60, 960}
		retention, err := NewRetention(Opticks(), f, distances, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		for number := range 8 {
			reading, err := retention.Reading(number)
			if err != nil {
				t.Fatal(err)
			}
			for i, distance := range distances {
				forked := data.Sample{
					Number:       number,
					Prompt:       reading.Haystack[:reading.Stops[i]] + reading.Question,
					Answers:      reading.Answers,
					Needles:      retention.sample(number, 0).Needles,
					MaxNewTokens: reading.MaxNewTokens,
				}
				if diff := cmp.Diff(forked, retention.sample(number, i)); diff != "" {
					t.Fatalf("%s distance %d:\n%s", f, distance, diff)
				}
				checkDistance(t, retention, number, i, distance)
			}
		}
	}
}

// checkDistance reads the text: the asked needle is there once, with its answer, distance tokens before
// the question.
func checkDistance(t *testing.T, retention *Retention, number, i, distance int) {
	t.Helper()
	f := retention.format
	s := retention.sample(number, i)
	words := strings.Fields(s.Prompt)
	asked := words[len(words)-1]
	holding := slices.DeleteFunc(findNeedles(s.Prompt, valueTokens(f)), func(n found) bool { return n.key != asked })
	if len(holding) != 1 || holding[0].value != s.Answers[0] {
		t.Fatalf("%s sample %d: asked %s, needles %v, answer %q", f, number, asked, holding, s.Answers)
	}
	if got := len(words) - 2 - (holding[0].at + needleTokens(f)); got != distance {
		t.Errorf("%s sample %d: distance %d, want %d", f, number, got, distance)
	}
	if !strings.HasPrefix(s.Prompt[s.Needles[0]:], "needle "+asked+" "+s.Answers[0]) {
		t.Errorf("%s sample %d: needle offset %d", f, number, s.Needles[0])
	}
}

func TestReadingDoesNotDependOnTheShorterDistances(t *testing.T) {
	few, err := NewRetention(Opticks(), Formats[0], []int{256}, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	many, err := NewRetention(Opticks(), Formats[0], []int{0, 16, 64, 256}, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(few.sample(5, 0), many.sample(5, 3)); diff != "" {
		t.Error(diff)
	}
}

func TestTokensOfAReadingAreItsText(t *testing.T) {
	retention, err := NewRetention(Opticks(), data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Number}, []int{7, 100}, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	tokens := retention.tokens(3)
	for i := range tokens.At {
		ids := encode(t, Opticks().vocabulary, retention.sample(3, i).Prompt)
		if want := slices.Concat(tokens.Haystack[:tokens.At[i]], tokens.Question); !slices.Equal(ids, want) {
			t.Errorf("distance %d: got %v, want %v", i, ids, want)
		}
	}
	if _, err := retention.Reading(-1); err == nil {
		t.Error("reading -1 is not refused")
	}
}

func TestNewRetentionSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		format    data.Format
		distances []int
		needles   int
		want      string
	}{
		"no distances":           {Formats[0], nil, 4, "no distances"},
		"a negative distance":    {Formats[0], []int{-1, 4}, 4, "distance -1: want 0 or more"},
		"distances not in order": {Formats[0], []int{8, 8}, 4, "distance 8 comes after 8"},
		"a cut needle":           {data.Format{Haystack: data.Needles, Key: data.Word, Value: data.Number}, []int{5, 64}, 4, "distance 64 would cut a needle of needles-word-number; want a multiple of 5 such as 60"},
		"too many needles":       {Formats[0], []int{8}, 17, "want 1 to 16"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewRetention(Opticks(), c.format, c.distances, c.needles, 1)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
