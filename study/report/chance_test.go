package report

import (
	"strings"
	"testing"

	"longseq/study"
	"longseq/study/figure"
	"longseq/study/studytest"
)

func TestChanceIsInTablesAndFigures(t *testing.T) {
	chance := func(at64, at256 float64) study.TaskKind {
		kind := bare
		kind.Chance = func(length int) float64 {
			if length == 64 {
				return at64
			}
			return at256
		}
		return kind
	}
	other := chance(0.1, 0.1)
	other.Name = "other"
	for _, row := range []struct {
		kinds []study.TaskKind
		note  string // at the end of the table's
		line  string // in the figure's alt text
	}{
		{[]study.TaskKind{bare}, "at least 85.6%.", ""},
		{[]study.TaskKind{chance(0.25, 0.25)}, " Chance: 25.0%.", "Guessing gets 25% right."},
		{[]study.TaskKind{chance(0.25, 0.125)}, " Chance: 25.0%, 12.5%.", ""},
		{[]study.TaskKind{chance(0.3, 0.3), other}, " Chance: 20.0%.", "Guessing gets 20% right."},
	} {
		plan := study.Plan{Models: []string{"oracle", "guesser"}, Lengths: []int{64, 256}, Samples: 4}
		for _, kind := range row.kinds {
			plan.Tasks = append(plan.Tasks, kind.Name)
		}
		store, err := study.Sweep{Plan: plan, Models: studytest.Extremes{}, Tasks: study.NewTasks(row.kinds...), Dir: t.TempDir()}.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s := Of(store, 0.95)
		if note := s.TableByLength().Note; !strings.HasSuffix(note, row.note) {
			t.Errorf("the note ends in %q, want %q", note, row.note)
		}
		f, err := s.LengthFigure(figure.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(f.Alt, "Guessing"); got != (row.line != "") || !strings.Contains(f.Alt, row.line) {
			t.Errorf("the figure says %q, want %q", f.Alt, row.line)
		}
	}
}
