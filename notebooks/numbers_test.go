package notebooks

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"longseq/kernelsrc/jupyter/nbformat"
)

// A score of a table in percent, with its 95% interval.
type score struct{ center, low, high float64 }

// near reports whether a score from the whole samples, want, can be that of the part of them behind s: it lies within
// twice the half-width of s's 95% interval, which holds for a part drawn at random but about once in 10,000 times.
func (s score) near(want score) bool {
	return want.center >= s.center-2*(s.center-s.low) && want.center <= s.center+2*(s.high-s.center)
}

var scorePattern = regexp.MustCompile(`^([\d.]+) \[([\d.]+), ([\d.]+)\]`)

// scores returns the scores of the text tables in a cell's outputs by row and column, such as "llama 256".
func scores(cell *nbformat.Cell) map[string]score {
	found := map[string]score{}
	for i, o := range cell.Outputs {
		data, _ := o["data"].(map[string]any)
		var columns []string
		for line := range strings.Lines(fmt.Sprint(data["text/plain"])) {
			if !strings.HasPrefix(line, "│ ") {
				continue
			}
			fields := strings.Split(strings.Trim(line, "│\n "), "│")
			for j := range fields {
				fields[j] = strings.TrimSpace(fields[j])
			}
			if fields[0] == "model" || fields[0] == "factor" {
				columns = fields
				continue
			}
			for j, field := range fields[1:] {
				if m := scorePattern.FindStringSubmatch(field); m != nil && j+1 < len(columns) {
					name := fields[0] + " " + columns[j+1]
					if _, twice := found[name]; twice {
						name += fmt.Sprintf(", output %d", i+1)
					}
					found[name] = score{number(m[1]), number(m[2]), number(m[3])}
				}
			}
		}
	}
	return found
}

func number(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

var numberPattern = regexp.MustCompile(`\d+(\.\d+)?`)

// sameButForRounding compares two texts: numbers may differ by 2 percent, or by 1 where they are small.
func sameButForRounding(want, got string) error {
	if w, g := numberPattern.ReplaceAllString(want, "#"), numberPattern.ReplaceAllString(got, "#"); w != g {
		return fmt.Errorf("shows\n%s\nwant\n%s", got, want)
	}
	wants, gots := numberPattern.FindAllString(want, -1), numberPattern.FindAllString(got, -1)
	for i := range wants {
		w, g := number(wants[i]), number(gots[i])
		if math.Abs(w-g) > max(1, 0.02*math.Abs(w)) {
			return fmt.Errorf("shows %s where the committed notebook has %s, in\n%s", gots[i], wants[i], got)
		}
	}
	return nil
}

func TestScoresAndNumbersAreCompared(t *testing.T) {
	table := "│ model  │               64 │\n│ llama  │ 53.6 [49.7, 57.4]* │\n│ mamba2 │ 100.0 [99.4, 100.0] │\n"
	got := scores(&nbformat.Cell{Outputs: []nbformat.Output{{"data": map[string]any{"text/plain": table}}}})
	if want := (score{53.6, 49.7, 57.4}); got["llama 64"] != want || len(got) != 2 {
		t.Errorf("the table has %v", got)
	}
	quick := score{50, 42, 58}
	for center, want := range map[float64]bool{50: true, 65: true, 67: false, 35: true, 33: false} {
		if got := quick.near(score{center: center}); got != want {
			t.Errorf("%v near %v: %v", quick, center, got)
		}
	}
	for _, texts := range [][2]string{{"moved 40%", "moved 45%"}, {"layer 0", "layer"}, {"of 12288 bytes", "of 12800 bytes"}} {
		if sameButForRounding(texts[0], texts[1]) == nil {
			t.Errorf("%q and %q count as the same", texts[0], texts[1])
		}
	}
	if err := sameButForRounding("moved 40%", "moved 41%"); err != nil {
		t.Error(err)
	}
}
