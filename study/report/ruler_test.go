package report

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"longseq/data"
	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
	"longseq/study"
	"longseq/study/models"
	"longseq/study/studytest"
)

// rulerStore returns a store with the answers of the oracle and the guesser to all tasks and to the paper's
// ablations.
func rulerStore(t *testing.T) *study.Store {
	t.Helper()
	plan := study.Plan{Models: []string{"oracle", "guesser"}, Tasks: append(ruler.TaskNames(), ruler.SingleNeedle), Lengths: []int{512, 2048},
		Depths: []float64{0, 50, 100}, Formats: []string{"essay-word-number", "noise-word-number"}, Samples: 6, Seeds: []int64{42}}
	kinds, err := models.RulerKinds(func(string) (ruler.Tokenizer, error) { return ruler.WhiteSpace{}, nil }, models.RulerOptions{FillStuck: true})
	if err != nil {
		t.Fatal(err)
	}
	store, err := study.Sweep{Plan: plan, Models: studytest.Extremes{}, Tasks: study.NewTasks(kinds...), Dir: t.TempDir()}.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestTablesHaveThePapersLayoutAndEvaluatesScores(t *testing.T) {
	s := Of(rulerStore(t), 0.95)
	evaluate := func(model, name string, length int) scoring.Result {
		t.Helper()
		task, err := ruler.TaskNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		var predictions []string
		var references [][]string
		for _, r := range s.Records {
			if r.Model == model && r.Task == name && r.Length == length {
				predictions, references = append(predictions, r.Prediction), append(references, r.Answer)
			}
		}
		result, err := scoring.Evaluate(task.Name, task.Metric, predictions, references)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	percent := func(v TableValue) float64 { return 100 * v.Center }
	all := s.RulerTable()
	if want := []string{"model", "512", "2048", "average"}; !slices.Equal(all.Columns, want) {
		t.Fatalf("columns %v, want %v", all.Columns, want)
	}
	for m, model := range []string{"oracle", "guesser"} {
		var means []float64
		for l, length := range []int{512, 2048} {
			var results []scoring.Result
			for _, task := range ruler.TaskNames() {
				result := evaluate(model, task, length)
				results = append(results, result)
				got := s.RulerTaskTable(task).Rows[m].Values[l]
				if math.Abs(percent(got)-result.Score) > 1e-9 || got.N != 6 || !(got.Low <= got.Center && got.Center <= got.High) {
					t.Errorf("%s at %d: %s has %v, evaluate.py %v", task, length, model, got, result.Score)
				}
			}
			got := all.Rows[m].Values[l]
			if math.Abs(percent(got)-scoring.Mean(results)) > 1e-9 || got.N != 13*6 {
				t.Errorf("%s at %d: %v, the mean of the tasks is %v", model, length, got, scoring.Mean(results))
			}
			means = append(means, scoring.Mean(results))
		}
		if got := percent(all.Rows[m].Values[2]); math.Abs(got-(means[0]+means[1])/2) > 1e-9 {
			t.Errorf("%s: average %v of %v", model, got, means)
		}
	}
	if want := "of which not RULER's own: 96 (niah_multikey_1 at 512, niah_multiquery at 512, "; !strings.Contains(all.Note, want) {
		t.Errorf("the note %q does not say %q", all.Note, want)
	}
}

func TestTheNeedlesTablesAreByDepthAndFormat(t *testing.T) {
	s := Of(rulerStore(t), 0.95)
	depths := s.RulerDepthTable(func(string) int { return 2048 })
	if want := []string{"model", "0", "50", "100", "average"}; !slices.Equal(depths.Columns, want) {
		t.Errorf("columns %v, want %v", depths.Columns, want)
	}
	if row := depths.Rows[0]; row.Name != "oracle at 2048" || row.Values[1].Center != 1 || row.Values[1].N != 6 || row.Values[3].N != 6 {
		t.Errorf("row %+v", row)
	}
	formats := s.RulerFormatTable()
	want := []string{"model and length", "essay-word-number 0", "essay-word-number 50", "essay-word-number 100",
		"noise-word-number 0", "noise-word-number 50", "noise-word-number 100"}
	if !slices.Equal(formats.Columns, want) {
		t.Errorf("columns %v, want %v", formats.Columns, want)
	}
	var rows []string
	for _, row := range formats.Rows {
		rows = append(rows, row.Name)
		for _, v := range row.Values {
			if v.N != 6 {
				t.Errorf("%s: a value of %d samples", row.Name, v.N)
			}
		}
	}
	if want := "[oracle 512 oracle 2048 guesser 512 guesser 2048]"; fmt.Sprint(rows) != want {
		t.Errorf("rows %v, want %s", rows, want)
	}
}

func TestAMissingTaskLeavesTheAggregateOut(t *testing.T) {
	s := Of(rulerStore(t), 0.95)
	s = s.Where(func(r *study.Record) bool { return r.Model != "guesser" || r.Task != "vt" || r.Length != 2048 })
	rows := s.RulerTable().Rows
	if guesser := rows[1].Values; guesser[0].N == 0 || guesser[1].N != 0 || guesser[2].N != 0 {
		t.Errorf("without vt at 2048 the guesser has %v", guesser)
	}
	if oracle := rows[0].Values; oracle[1].Center != 1 {
		t.Errorf("the oracle has %v", oracle)
	}
}

func TestEveryWrongAnswerIsInTheTableOfFailures(t *testing.T) {
	s := Summary{Models: []string{"a"}, Confidence: 0.95}
	for i, c := range []struct {
		prediction string
		failure    scoring.Failure
	}{{"", scoring.Nothing}, {" \n", scoring.Nothing}, {"123", scoring.Truncated}, {"1234567", scoring.Right}} {
		s.Records = append(s.Records, &study.Record{Model: "a", Task: "niah_single_1", Length: 4096, Depth: data.AnyDepth, Sample: i,
			Prediction: c.prediction, Failure: string(c.failure)})
	}
	table := s.RulerFailureTable(4096)
	if want := "[model empty truncated digit slip other value echo other]"; fmt.Sprint(table.Columns) != want {
		t.Errorf("columns %v, want %s", table.Columns, want)
	}
	for i, want := range []float64{0.5, 0.25, 0, 0, 0, 0} {
		if got := table.Rows[0].Values[i]; got.Center != want || got.N != 4 || got.High <= got.Center {
			t.Errorf("%s: %v, want %v", table.Columns[i+1], got, want)
		}
	}
}

func TestTheFillTableShowsWhatRulerLeavesOpen(t *testing.T) {
	table, err := RulerFillTable(ruler.WordParts(4), []int{1024, 2048}, 4, false)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := RulerFillTable(ruler.WordParts(4), []int{1024, 2048}, 4, true)
	if err != nil {
		t.Fatal(err)
	}
	var open, left float64
	for i, task := range ruler.Tasks() {
		for j := range 2 {
			ours, theirs := filled.Rows[i].Values[j], table.Rows[i].Values[j]
			if !(ours.Center > 0.9 && ours.High <= 1 && ours.Low <= ours.Center && ours.Center <= ours.High) {
				t.Errorf("%s: filled to %v", task.Name, ours.Interval)
			}
			if theirs.N > 0 {
				open += 1 - theirs.Center
				left += 1 - ours.Center
			}
		}
	}
	if open < 5*left {
		t.Errorf("RULER leaves %v of the lengths open, filled samples %v", open, left)
	}
	if qa := table.Rows[12]; qa.Name != "qa_2" || qa.Values[0].N != 0 || !strings.Contains(table.Text(), "–") {
		t.Errorf("qa_2 at 1,024 tokens, which RULER cannot make: %v", qa)
	}
}
