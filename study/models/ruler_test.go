package models

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
	"longseq/data/ruler/texts"
	"longseq/study"
	"longseq/study/report"
	"longseq/study/studytest"
)

func words(string) (ruler.Tokenizer, error) { return ruler.WhiteSpace{}, nil }

func rulerTasks(t *testing.T, options RulerOptions) study.Tasks {
	t.Helper()
	kinds, err := RulerKinds(words, options)
	if err != nil {
		t.Fatal(err)
	}
	return study.NewTasks(kinds...)
}

func rulerSweep(t *testing.T, options RulerOptions, plan study.Plan) study.Sweep {
	t.Helper()
	return study.Sweep{Plan: plan, Models: studytest.Extremes{}, Tasks: rulerTasks(t, options), Dir: t.TempDir()}
}

func TestAnOracleAndAGuesserAreTheTwoEndsOfAllTasks(t *testing.T) {
	plan := study.Plan{Models: []string{"oracle", "guesser"}, Tasks: ruler.TaskNames(), Lengths: []int{1024, 4096}, Samples: 12, Seeds: []int64{42}, Batch: 5}
	s := rulerSweep(t, RulerOptions{FillStuck: true}, plan)
	s.Workers = 2
	store, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 * 13 * 2 * 12; len(store.Records) != want {
		t.Fatalf("%d records, want %d", len(store.Records), want)
	}
	sum := map[string]float64{}
	for _, r := range store.Records {
		if r.Model == "oracle" && (r.Score != 1 || r.Failure != "") {
			t.Errorf("the oracle scores %v in %s at %d: %q for %q, %q", r.Score, r.Task, r.Length, r.Prediction, r.Answer, r.Failure)
		}
		if (r.Failure == "") != (r.Score == 1) {
			t.Errorf("%s scores %v with failure %q", r.Task, r.Score, r.Failure)
		}
		if r.Depth != data.AnyDepth || r.Format != "" {
			t.Errorf("%s has depth %v and format %q", r.Task, r.Depth, r.Format)
		}
		if filled := r.SampleVariant == ruler.Filled; filled && !strings.HasPrefix(r.Task, "qa_") {
			t.Errorf("%s at %d is filled", r.Task, r.Length)
		}
		if r.Model == "guesser" {
			sum[r.Task] += r.Score / 24
		}
	}
	for task, score := range sum {
		if score > 0.25 {
			t.Errorf("the guesser scores %.2f in %s", score, task)
		}
	}
}

func TestCellsAskRULERsOwnSamples(t *testing.T) {
	tasks := rulerTasks(t, RulerOptions{})
	for _, name := range []string{"niah_multikey_1", "vt", "cwe", "qa_2"} {
		kind, err := tasks.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		task, err := ruler.TaskNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		opts := ruler.Default(task, 4096)
		opts.Seed, opts.Samples = 7, 3
		sources, err := texts.Open("", "")
		if err != nil {
			t.Fatal(err)
		}
		want, err := ruler.Generate(context.Background(), opts, ruler.WhiteSpace{}, sources)
		if err != nil {
			t.Fatal(err)
		}
		asked, err := kind.Make(study.Cell{Model: "oracle", Task: name, Length: 4096, Depth: data.AnyDepth, Seed: 7}, corpus.Opticks())
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			got, err := asked.Sample(i)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[i].Data(), got); diff != "" {
				t.Errorf("%s: sample %d (-RULER's +cell's):\n%s", name, i, diff)
			}
		}
	}
}

func TestTheNeedlesDepthAndFormatAreThePlans(t *testing.T) {
	plan := study.Plan{Models: []string{"oracle", "guesser"}, Tasks: []string{"niah", "niah_many"}, Lengths: []int{1024}, Depths: []float64{0, 50, 100},
		Formats: []string{"essay-word-number", "repeat-word-number", "needle-uuid"}, Samples: 3, Seeds: []int64{42}}
	many := ruler.Task{Name: "niah_many", Kind: ruler.Needles, Budget: 64, Metric: scoring.MatchAll, Haystack: ruler.Noise,
		Key: ruler.Words, Value: ruler.Numbers, Keys: 3, Values: 1, Queries: 2}
	s := rulerSweep(t, RulerOptions{Tasks: []ruler.Task{many}}, plan)
	store, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 * 2 * 3 * 3 * 3; len(store.Records) != want {
		t.Fatalf("%d records, want %d", len(store.Records), want)
	}
	grids := report.Of(store, 0.95).Where(func(r *study.Record) bool { return r.Model == "oracle" }).ByFormatAndLength()
	if want := []string{"essay-word-number", "needles-word-uuid", "noise-word-number"}; !slices.Equal(grids[0].Rows, want) {
		t.Errorf("formats %v, want %v", grids[0].Rows, want)
	}
	for _, row := range grids[0].Values {
		if row[0].Center != 1 || row[0].N != 2*3 { // questions, which three depths share
			t.Errorf("the oracle has %v of %d samples", row[0], row[0].N)
		}
	}
	kind, err := s.Tasks.Find("niah")
	if err != nil {
		t.Fatal(err)
	}
	for _, depth := range plan.Depths {
		task, err := kind.Make(study.Cell{Model: "oracle", Task: "niah", Length: 1024, Depth: depth, Format: "noise-word-number", Seed: 42}, corpus.Opticks())
		if err != nil {
			t.Fatal(err)
		}
		sample, err := task.Sample(0)
		if err != nil {
			t.Fatal(err)
		}
		at := 100 * float64(sample.Needles[0]) / float64(len(sample.Prompt))
		if math.Abs(at-depth) > 15 {
			t.Errorf("at depth %v the needle stands at %.0f%% of the prompt", depth, at)
		}
	}
}

func TestWhatDecidesASampleIsInItsCellsIdentity(t *testing.T) {
	identify := func(options RulerOptions, plan study.Plan) string {
		t.Helper()
		tasks := rulerTasks(t, options)
		resolved, err := study.Resolve(plan, studytest.Extremes{}, tasks)
		if err != nil {
			t.Fatal(err)
		}
		cells, err := resolved.Cells(tasks)
		if err != nil {
			t.Fatal(err)
		}
		return cells[0].ID
	}
	plan := study.Plan{Models: []string{"oracle"}, Tasks: []string{"niah_single_2"}, Lengths: []int{1024}, Samples: 1, Seeds: []int64{42}}
	dir := t.TempDir()
	essays := filepath.Join(dir, "PaulGrahamEssays.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(essays, fmt.Appendf(nil, "{\"text\": %q}", text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	base := func(change func(*ruler.Options)) RulerOptions {
		opts := ruler.Default(ruler.Task{}, 0)
		change(&opts)
		return RulerOptions{Base: opts}
	}
	seen := map[string]string{identify(RulerOptions{}, plan): "the defaults"}
	if identify(base(func(o *ruler.Options) { o.Samples = 3 }), plan) != identify(RulerOptions{}, plan) {
		t.Error("how many samples there are is in the identity")
	}
	for name, options := range map[string]RulerOptions{
		"the version":     base(func(o *ruler.Options) { o.Version = ruler.V2024 }),
		"the template":    base(func(o *ruler.Options) { o.Template = "RWKV" }),
		"the word lists":  base(func(o *ruler.Options) { o.Wonderwords = "3.0.1" }),
		"the white space": base(func(o *ruler.Options) { o.RemoveNewlineTab = true }),
		"fill":            base(func(o *ruler.Options) { o.Fill = true }),
		"fill where stuck": {
			FillStuck: true,
		},
	} {
		id := identify(options, plan)
		if seen[id] != "" {
			t.Errorf("%s gives the identity of %s", name, seen[id])
		}
		seen[id] = name
	}
	for _, text := range []string{"One essay. It has two sentences.", "Another essay. It has two sentences."} {
		write(text)
		id := identify(RulerOptions{Data: dir}, plan)
		if seen[id] != "" {
			t.Errorf("the essay %q gives the identity of %s", text, seen[id])
		}
		seen[id] = text
	}
}

func TestWhatCannotBeMadeIsSaidBeforeAnyModelIsOpened(t *testing.T) {
	plan := func(change func(*study.Plan)) study.Plan {
		p := study.Plan{Models: []string{"oracle"}, Tasks: []string{"qa_1"}, Lengths: []int{1024}, Samples: 1, Seeds: []int64{42}}
		change(&p)
		return p
	}
	empty := t.TempDir()
	v2024 := ruler.Default(ruler.Task{}, 0)
	v2024.Version = ruler.V2024
	for name, c := range map[string]struct {
		options RulerOptions
		plan    study.Plan
		want    string
	}{
		"a length within the answer":  {RulerOptions{}, plan(func(p *study.Plan) { p.Lengths = []int{32} }), "length 32: qa_1 takes 32 tokens for the answer alone"},
		"a data folder without squad": {RulerOptions{Data: empty}, plan(func(*study.Plan) {}), "no squad.json or squad*.json (plain or .gz) in " + empty},
		"a seed that 2024 ignores":    {RulerOptions{Base: v2024}, plan(func(p *study.Plan) { p.Seeds = []int64{1} }), "want seeds: [42]"},
		"a format that is none": {RulerOptions{}, plan(func(p *study.Plan) { p.Tasks, p.Formats = []string{"niah"}, []string{"poem-word-number"} }),
			`unknown haystack "poem"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := study.Resolve(c.plan, studytest.Extremes{}, rulerTasks(t, c.options))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, c.want)
			}
		})
	}
}
