package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/study"
	"longseq/study/compare"
	"longseq/study/models"
	"longseq/study/stats"
	"longseq/study/studytest"
)

// scored returns a summary in which each model got the first right[model] of n samples right.
func scored(n int, right map[string]map[int]int) Summary {
	s := Summary{Confidence: 0.95}
	for _, model := range []string{"mamba2_a", "llama", "rwkv6"} {
		if right[model] == nil {
			continue
		}
		s.Models = append(s.Models, model)
		for length, r := range right[model] {
			for i := range n {
				record := &study.Record{Cell: model, Sample: i, Model: model, Task: "recall", Length: length, Depth: 50, Format: "essay-word-word"}
				if i < r {
					record.Score = 1
				}
				s.Records = append(s.Records, record)
			}
		}
	}
	return s
}

func TestTheBestIsBoldOnlyIfATestSaysSo(t *testing.T) {
	table := scored(100, map[string]map[int]int{
		"mamba2_a": {64: 90, 128: 80}, "llama": {64: 89, 128: 40}, "rwkv6": {64: 91, 128: 79},
	}).TableByLength()
	var best [][]bool
	for _, row := range table.Rows {
		best = append(best, []bool{row.Values[0].Best, row.Values[1].Best})
	}
	// at 64 none can be told apart; at 128 only llama is worse, and the two others are tied
	if diff := cmp.Diff([][]bool{{false, true}, {false, false}, {false, true}}, best); diff != "" {
		t.Error(diff)
	}
}

func TestATableHasFiveRenderings(t *testing.T) {
	table := scored(100, map[string]map[int]int{"mamba2_a": {64: 95}, "llama": {64: 40, 128: 0}}).TableByLength()
	const note = "One checkpoint, 100 questions a value. 95% intervals: Gaffke; marked: the best, and what tests of all pairs (1) do not tell from it. " +
		"Each value is of one checkpoint: it says nothing about an architecture. Effective length: the last one, in tokens, up to which the score is at least 85.6%."
	for name, test := range map[string]struct{ got, want string }{
		"text": {table.Text(), `Score by length, percent
┌──────────┬────────────────────┬────────────────┬──────────────────┐
│ model    │                 64 │            128 │ effective length │
├──────────┼────────────────────┼────────────────┼──────────────────┤
│ mamba2_a │ 95.0 [88.7, 98.4]* │              – │             > 64 │
│ llama    │  40.0 [30.3, 50.3] │ 0.0 [0.0, 3.6] │             < 64 │
└──────────┴────────────────────┴────────────────┴──────────────────┘
` + note + "\n"},
		"Markdown": {table.Markdown(), `Score by length, percent

| model | 64 | 128 | effective length |
| --- | ---:| ---:| ---:|
| mamba2_a | **95.0 [88.7, 98.4]** | – | > 64 |
| llama | 40.0 [30.3, 50.3] | 0.0 [0.0, 3.6] | &lt; 64 |

` + note + "\n"},
		"CSV": {table.CSV(), `model,64,64 low,64 high,128,128 low,128 high,effective length,effective length low,effective length high,scope
mamba2_a,95.00,88.72,98.36,,,,> 64,64,,checkpoint
llama,40.00,30.33,50.28,0.00,0.00,3.62,< 64,,64,checkpoint
`},
		"LaTeX": {table.LaTeX(), `\begin{table}
\centering
\caption{Score by length, percent}
\begin{tabular}{lrrr}
\toprule
model & 64 & 128 & effective length \\
\midrule
mamba2\_a & \textbf{95.0} {\scriptsize [88.7, 98.4]} & -- & \textgreater{} 64 \\
llama & 40.0 {\scriptsize [30.3, 50.3]} & 0.0 {\scriptsize [0.0, 3.6]} & \textless{} 64 \\
\bottomrule
\end{tabular}

\smallskip
{\footnotesize ` + strings.ReplaceAll(note, "%", `\%`) + `}
\end{table}
`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("HTML", func(t *testing.T) {
		html := table.HTML()
		for _, want := range []string{"<table", "<caption", "<th align=\"left\" style=\"text-align: left\">model</th>", "<td align=\"left\" style=\"text-align: left\">mamba2_a</td>", "<td align=\"right\">95.0 [88.7,\u00a098.4]*</td>"} {
			if !strings.Contains(html, want) {
				t.Errorf("no %s in\n%s", want, html)
			}
		}
	})
}

func TestLaTeXEscapesWhatItWouldRead(t *testing.T) {
	if got, want := escapeLaTeX(`a_b 5% & \x{y}`), `a\_b 5\% \& \textbackslash{}x\{y\}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// bare is a kind of task that has neither depths nor formats.
var bare = study.TaskKind{Name: "bare", Version: "1", Scorer: study.ExactMatch,
	Make: func(study.Cell, corpus.Corpus) (study.Task, error) { return bareTask{}, nil }}

type bareTask struct{}

func (bareTask) Sample(number int) (data.Sample, error) {
	return data.Sample{Number: number, Prompt: "one two three", Answers: []string{"three"}, MaxNewTokens: 1}, nil
}

func TestASummaryGroupsByEachAxis(t *testing.T) {
	plan := study.Plan{Models: []string{"oracle", "guesser"}, Tasks: []string{"recall", "bare"}, Lengths: []int{64, 256},
		Depths: []float64{0, 50, 100}, Formats: []string{"essay-word", "repeat-word-number"}, Samples: 10,
		Seeds: []int64{1, 2}, Distances: []int{8, 16, 64}}
	// A model answers 10 samples of 2 seeds, which are 20 questions of a task at a length, however many depths and formats see them.
	store, err := study.Sweep{Plan: plan, Models: studytest.Extremes{}, Tasks: study.NewTasks(models.Recall, bare), Dir: t.TempDir()}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := Of(store, 0.95)
	if diff := cmp.Diff([]string{"oracle", "guesser"}, s.Models); diff != "" {
		t.Errorf("models are not in the plan's order:\n%s", diff)
	}
	counts := func(series []Series) map[float64]int {
		n := make(map[float64]int)
		for _, p := range series[0].Points {
			n[p.X] = p.N
		}
		return n
	}
	if diff := cmp.Diff(map[float64]int{64: 40, 256: 40}, counts(s.ByLength())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[float64]int{8: 20, 16: 20, 64: 20}, counts(s.ByDistance())); diff != "" {
		t.Error(diff)
	}
	panels := s.ByDepth()
	if len(panels) != 2 || panels[1].Length != 256 {
		t.Fatalf("%d panels", len(panels))
	}
	if diff := cmp.Diff(map[float64]int{0: 20, 50: 20, 100: 20}, counts(panels[1].Series)); diff != "" {
		t.Error(diff)
	}
	depths, formats := s.ByDepthAndLength(), s.ByFormatAndLength()
	if g := depths[1]; g.Model != "guesser" || len(g.Values) != 3 || g.Values[2][1].N != 20 {
		t.Errorf("by depth and length: %+v", g)
	}
	if g := formats[0]; g.Rows[1] != "noise-word-number" || g.Values[1][0].N != 20 {
		t.Errorf("by format and length: %+v", g)
	}
	reach, err := s.EffectiveLengths(compare.Options{Threshold: stats.Threshold{Relative: 0.5}})
	if err != nil || len(reach) != 2 || reach[1].Model != "oracle" || reach[1].Length != 256 || reach[1].Censored != "above" {
		t.Errorf("effective lengths %+v, %v", reach, err)
	}
	if columns := s.TableByFormat().Columns; len(columns) != 1+2*2 {
		t.Errorf("columns %v", columns)
	}
	if got, want := count(valuesIn(s.ByLength()...)), "one checkpoint, 20 questions × 2 tasks × 2 formats × 3 depths"; got != want {
		t.Errorf("behind each value: %s, want %s", got, want)
	}
}

func TestNamesAreEscapedInEveryRendering(t *testing.T) {
	table := Table{Caption: "Score", Columns: []string{"model", "64"}, Note: "<i>",
		Rows: []TableRow{{Name: "a|b <img> & \x1b[31mred", Values: []TableValue{{}}}}}
	for name, test := range map[string]struct{ got, want string }{
		"text":     {table.Text(), `a|b <img> & \x1b[31mred`},
		"Markdown": {table.Markdown(), `a\|b &lt;img> &amp; \x1b[31mred`},
		"HTML":     {table.HTML(), `a|b &lt;img&gt; &amp; \x1b[31mred`},
	} {
		if !strings.Contains(test.got, test.want) || strings.Contains(test.got, "\x1b") {
			t.Errorf("%s: want %s in\n%q", name, test.want, test.got)
		}
	}
	if html := table.HTML(); strings.Contains(html, "<i>") {
		t.Errorf("the note is not escaped:\n%s", html)
	}
}
