package figure

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func heads() HeadMap {
	m := HeadMap{Name: "a model, what decay keeps", Rows: []string{"0.0", "0.1", "1.0"}, Tokens: 30, Needles: [][2]int{{12, 15}}}
	for first := 0; first < m.Tokens; first += 3 {
		m.First = append(m.First, first)
	}
	for row := range m.Rows {
		var percent []float64
		for col := range m.First {
			percent = append(percent, 100*math.Pow(0.3+0.3*float64(row), float64(len(m.First)-1-col)))
		}
		m.Percent = append(m.Percent, percent)
	}
	return m
}

func TestHeadsAreDrawnAsTheGoldenShows(t *testing.T) {
	f, err := HeadHeatmap(heads(), Options{Measure: "kept (%)"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Render(f, SVG)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden(t, "heads.svg", got)), string(got)); diff != "" {
		t.Errorf("drawn otherwise (-golden +now):\n%s", diff)
	}
	if want := "Largest at one token of a needle: 1.0, 59%"; !strings.Contains(f.Alt, want) {
		t.Errorf("described as %q, want %q in it", f.Alt, want)
	}
}

func TestOneHeadIsNotCalledMany(t *testing.T) {
	m := heads()
	m.Rows, m.Percent = m.Rows[:1], m.Percent[:1]
	f, err := HeadHeatmap(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{f.Alt, f.Caption} {
		if !strings.Contains(text, "1 head or channel") || strings.Contains(text, "heads") {
			t.Errorf("one head is described as %q", text)
		}
	}
}

func TestHeadsThatCannotBeDrawnAreNamed(t *testing.T) {
	for want, change := range map[string]func(*HeadMap){
		"0 rows of 10 columns": func(m *HeadMap) { m.Rows = nil },
		"2 rows with values":   func(m *HeadMap) { m.Percent = m.Percent[:2] },
		`row "0.1" has 9`:      func(m *HeadMap) { m.Percent[1] = m.Percent[1][:9] },
		"column 4: NaN":        func(m *HeadMap) { m.Percent[0][4] = math.NaN() },
		"column 0: 101":        func(m *HeadMap) { m.Percent[2][0] = 101 },
		"needle at tokens":     func(m *HeadMap) { m.Needles[0][1] = 31 },
	} {
		m := heads()
		change(&m)
		if _, err := HeadHeatmap(m, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
