package recall

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadingIsTheSampleAtEveryDistance(t *testing.T) {
	for _, f := range Formats {
		distances := []int{0, 15, 60, 960}
		retention, err := NewRetention(Opticks(), f, distances, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		for number := range 8 {
			reading := retention.Reading(number)
			for i, distance := range distances {
				whole := reading.Tokens(i)
				forked := slices.Concat(reading.Haystack[:reading.At[i]], reading.Question)
				if diff := cmp.Diff(Tokens{forked, reading.Answer, reading.Needle}, whole); diff != "" {
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
	s := retention.Sample(number, i)
	words := strings.Fields(s.Prompt)
	asked := words[len(words)-1]
	holding := slices.DeleteFunc(findNeedles(s.Prompt, f.width()), func(n found) bool { return n.key != asked })
	if len(holding) != 1 || holding[0].value != s.Answers[0] {
		t.Fatalf("%s sample %d: asked %s, needles %v, answer %q", f, number, asked, holding, s.Answers)
	}
	if got := len(words) - 2 - (holding[0].at + f.needle()); got != distance {
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
	if diff := cmp.Diff(few.Sample(5, 0), many.Sample(5, 3)); diff != "" {
		t.Error(diff)
	}
}

func TestNewRetentionSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		format    Format
		distances []int
		needles   int
		want      string
	}{
		"no distances":           {Formats[0], nil, 4, "no distances"},
		"a negative distance":    {Formats[0], []int{-1, 4}, 4, "distance -1: want 0 or more"},
		"distances not in order": {Formats[0], []int{8, 8}, 4, "distance 8 comes after 8"},
		"a cut needle":           {Format{Needles, Number}, []int{5, 64}, 4, "distance 64 would cut a needle of needles-number; want a multiple of 5 such as 60"},
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
