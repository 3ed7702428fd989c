package report

import (
	"strings"
	"testing"

	"longseq/data"
	"longseq/data/ruler"
	"longseq/study"
	"longseq/study/figure"
)

func TestEveryTableAndFigureSaysThatSamplesDisagree(t *testing.T) {
	store := &study.Store{Faults: []study.Fault{{Kind: study.Disagree, File: "records-0-a.jsonl", Line: 3, Why: "score 1, but 0 in records-0-a.jsonl:1"}}}
	for i := range 4 {
		for _, r := range []study.Record{
			{Task: ruler.SingleNeedle, Length: 64, Depth: 50, Format: "essay-word-number"},
			{Task: "vt", Length: 64, Depth: data.AnyDepth},
			{Task: "cwe", Length: 64, Depth: data.AnyDepth},
			{Task: "recall", Depth: data.AnyDepth, Format: "essay-word-word", Distance: 8},
		} {
			r.Model, r.Sample, r.Score = "llama", i, float64(i%2)
			store.Records = append(store.Records, r)
		}
	}
	const want = " Warning: 1 sample has a second record that differs: records-0-a.jsonl:3: score 1, but 0 in records-0-a.jsonl:1."
	s := Of(store, 0.95)
	tables := append(s.RulerTables(), s.TableByLength(), s.TableByFormat())
	if len(tables) != 7 { // those of RULER: the aggregate, 2 tasks, one needle by format, failures
		t.Errorf("%d tables", len(tables))
	}
	for _, table := range tables {
		if strings.Count(table.Note, want) != 1 {
			t.Errorf("%s: the note is %q", table.Caption, table.Note)
		}
	}
	for name, draw := range map[string]func(Summary, figure.Options) (*figure.Figure, error){
		"lengths": Summary.LengthFigure, "depths": Summary.DepthFigure, "heatmap": Summary.HeatmapFigure, "retention": Summary.RetentionFigure,
	} {
		f, err := draw(s, figure.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f.Caption, want) {
			t.Errorf("%s: the caption is %q", name, f.Caption)
		}
	}
}
