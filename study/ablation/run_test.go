package ablation

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
	"longseq/study"
	"longseq/study/training"
)

// short is a plan whose runs take a second.
const short = `
base: llama
vary: {config.num_key_value_heads: [1, 0]}
train_seeds: [1]
match: params
train: {steps: 12, rows: 2, length: 32}
ask: {tasks: [recall], lengths: [32], depths: [50], formats: [essay-word], samples: 4}
`

// trainAll trains a plan.
func trainAll(t *testing.T, p Plan, w Where) []Model {
	t.Helper()
	models, err := p.TrainModels(t.Context(), w, training.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return models
}

func TestAnAblationIsTrainedAskedAndExtended(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	w := Where{Dir: t.TempDir()}
	p := parse(t, short)
	e, err := p.DryRun(t.Context(), w, training.Options{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	if e.Runs != 2 || e.Found != 0 || e.Tokens != 2*12*2*32 || !(e.Seconds > 0) || len(e.Variants) != 2 {
		t.Errorf("estimate %+v", e)
	}
	if entries, _ := os.ReadDir(w.Dir); len(entries) > 0 {
		t.Errorf("the estimate has written %v", entries)
	}
	var models []Model
	for shard := range 2 {
		part := w
		part.Shard = study.Shard{Index: shard, Of: 2}
		if _, err := p.AskModels(t.Context(), w, nil, nil); err == nil || !strings.Contains(err.Error(), "models are not trained yet: llama-") {
			t.Errorf("asked before all shards are trained: %v", err)
		}
		models = append(models, trainAll(t, p, part)...)
	}
	if len(models) != 2 {
		t.Fatalf("two shards have %d models", len(models))
	}
	names := map[string]bool{}
	for _, m := range models {
		names[m.Job.Name] = true
		r := m.Record
		if r.Base != "llama" || r.Variant != m.Name || string(r.Settings[0].Value) != strings.TrimPrefix(m.Name, "num_key_value_heads=") || r.Match == nil || r.Params != m.Params {
			t.Errorf("%s has the record %+v", m.Job.Name, r.Origin)
		}
		a, err := lcmodels.Load(m.Job.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if heads := a.Architecture.(lcmodels.Llama).NKVHeads; (heads == 1) != (m.Name == "num_key_value_heads=1") {
			t.Errorf("%s has %d heads of keys and values", m.Job.Name, heads)
		}
	}
	if len(names) != 2 {
		t.Errorf("the shards trained %v", names)
	}

	store, err := p.AskModels(t.Context(), w, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(store.Records) != 8 {
		t.Errorf("%d records", len(store.Records))
	}
	for _, r := range store.Records {
		if want := "llama-" + r.Variant + "-seed=" + string('0'+rune(r.TrainSeed)); r.Model != want {
			t.Errorf("model %s has variant %s and train seed %d", r.Model, r.Variant, r.TrainSeed)
		}
	}
	resolved, err := study.ReadResolved(w.Store())
	if err != nil {
		t.Fatal(err)
	}
	if a := resolved.Models[1].Ablated; a == nil || a.Base != "llama" || a.Settings["config.num_key_value_heads"] != "0" || a.TrainSeed != 1 || len(resolved.Models[1].FLOPs) != 1 {
		t.Errorf("the store says %+v of %s", a, resolved.Models[1].Name)
	}

	// With another seed what is there is reused, and the store keeps its records.
	more := parse(t, strings.Replace(short, "train_seeds: [1]", "train_seeds: [1, 2]", 1))
	again := trainAll(t, more, w)
	if len(again) != 4 || again[0].Record.Seconds != models[slices.IndexFunc(models, func(m Model) bool { return m.Job.Name == again[0].Job.Name })].Record.Seconds {
		t.Errorf("%d models, of which the first was trained again", len(again))
	}
	var notices []string
	store, err = more.AskModels(t.Context(), w, nil, func(line string) { notices = append(notices, line) })
	if err != nil {
		t.Fatal(err)
	}
	if len(store.Records) != 16 || len(store.Faults) != 0 || len(notices) != 1 || !strings.Contains(notices[0], "8 records are kept") {
		t.Errorf("%d records, faults %v, notices %q", len(store.Records), store.Faults, notices)
	}

	// Of a plan with another recipe nothing is trained, and the models in the way are named.
	other := parse(t, strings.Replace(short, "steps: 12", "steps: 13", 1))
	_, err = other.TrainModels(t.Context(), w, training.Options{})
	if err == nil || !strings.Contains(err.Error(), "2 of 2 models in "+w.Models()+" are there with another training: llama-num_key_value_heads=1-seed=1 (recipe.steps is 12 there, 13 here), ") {
		t.Errorf("another recipe: %v", err)
	}
	partly := parse(t, strings.Replace(short, "[1, 0]", "[1]", 1))
	if err := partly.compare(w, mustRuns(t, partly, w)); err != nil {
		t.Errorf("fewer values are refused: %v", err)
	}
}

func mustRuns(t *testing.T, p Plan, w Where) []Run {
	t.Helper()
	variants, err := p.Variants()
	if err != nil {
		t.Fatal(err)
	}
	runs, err := p.runs(w, variants, nil)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

func TestSomebodyElsesModelIsNotTouched(t *testing.T) {
	p := parse(t, short)
	for name, files := range map[string]map[string]string{
		"a strange file": {"config.json": "{}", "README.md": "mine"},
		"another model":  {"config.json": `{"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 100}`},
	} {
		w := Where{Dir: t.TempDir()}
		dir := filepath.Join(w.Models(), "llama-num_key_value_heads=1-seed=1")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.TrainModels(t.Context(), w, training.Options{}); err == nil || !strings.Contains(err.Error(), "it is not touched; use another folder") {
			t.Errorf("%s: %v", name, err)
		}
		for file, text := range files {
			if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != text {
				t.Errorf("%s: %s is %q, %v", name, file, got, err)
			}
		}
	}
}

func TestARunThatDivergesIsAResult(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	w := Where{Dir: t.TempDir()}
	p := parse(t, "base: llama\nvary: {train.lr: [0.001, 1.0e+38]}\ntrain: {steps: 6, rows: 2, length: 32}\nask: {tasks: [recall], lengths: [32], depths: [50], formats: [essay-word], samples: 2}\n")
	for range 2 { // the second time it is found
		models := trainAll(t, p, w)
		if models[0].Diverged() || !models[1].Diverged() || !strings.Contains(models[1].Record.Diverged, "is NaN or infinite at step ") {
			t.Fatalf("diverged: %q and %q", models[0].Record.Diverged, models[1].Record.Diverged)
		}
	}
	if table := Trained(trainAll(t, p, w)).Render(); !strings.Contains(table, "diverged: the loss is NaN") {
		t.Errorf("the table has no reason:\n%s", table)
	}
	store, err := p.AskModels(t.Context(), w, nil, nil)
	if err != nil || len(store.Records) != 2 {
		t.Errorf("%d records, %v", len(store.Records), err)
	}
}

func TestLearningRatesAreSearchedOnRowsOfTheirOwn(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	w := Where{Dir: t.TempDir()}
	p := parse(t, "base: llama\ntrain: {steps: 8, rows: 2, length: 32, lr: [1.0e-7, 3.0e-3]}\n")
	models := trainAll(t, p, w)
	for _, m := range models {
		s := m.Record.Search
		if s == nil || len(s.Rates) != 2 || s.Seed != 1_000_000 {
			t.Fatalf("%s: search %+v", m.Title(), s)
		}
		if s.Rates[1].Loss >= s.Rates[0].Loss || m.Record.Recipe.LR != 3e-3 || m.Record.Recipe.Seed != 1 {
			t.Errorf("%s is trained with %g of %+v", m.Title(), m.Record.Recipe.LR, s.Rates)
		}
	}
	again, missing, err := p.Models(w)
	if err != nil || len(missing) > 0 || len(again) != 1 {
		t.Errorf("found again: %d models, missing %v, %v", len(again), missing, err)
	}
	e, err := p.DryRun(t.Context(), w, training.Options{})
	if err != nil || e.Found != 1 || e.Runs != 0 || e.Searches != 0 {
		t.Errorf("estimate %+v, %v", e, err)
	}
	if text, err := json.Marshal(models[0].Record); err != nil || !strings.Contains(string(text), `"lr_search":{"seed":1000000,"rates":[{"lr":1e-7,"loss":`) {
		t.Errorf("the record says %s, %v", text, err)
	}
}

func TestTheRateWithTheLeastLossIsChosen(t *testing.T) {
	tried := func(lr, loss float64) training.Record {
		r := training.Record{Validation: &training.Validation{Loss: loss}}
		if r.Recipe.LR = lr; loss == 0 {
			r.Validation, r.Diverged = nil, "the loss is NaN"
		}
		return r
	}
	for _, c := range []struct {
		records []training.Record
		want    float64
	}{
		{nil, 0},
		{[]training.Record{tried(1, 3), tried(2, 1), tried(3, 2)}, 2},
		{[]training.Record{tried(1, 3), tried(2, 0)}, 1},
		{[]training.Record{tried(2, 0), tried(1, 0)}, 1},
	} {
		if got := choose(c.records); got.lr != c.want || (got.search == nil) != (c.records == nil) {
			t.Errorf("%v: chosen %+v, want %g", c.records, got, c.want)
		}
	}
}

func TestShardsDivideRunsByCost(t *testing.T) {
	p := parse(t, strings.Replace(stateSize, "[1, 2, 3]", "[1, 2, 3, 4, 5]", 1))
	runs := mustRuns(t, p, Where{Dir: "x"})
	seen := map[string]int{}
	var costs []float64
	for i := range 3 {
		cost := 0.0
		for _, r := range p.share(runs, study.Shard{Index: i, Of: 3}) {
			seen[r.Job.Name]++
			cost += r.Job.Cost()
		}
		costs = append(costs, cost)
	}
	if len(seen) != len(runs) || slices.Max(costs) > 1.3*slices.Min(costs) {
		t.Errorf("%d of %d runs, costs %v", len(seen), len(runs), costs)
	}
	p.Train.Rates = []float64{1, 2}
	for i := range 3 {
		for _, r := range p.share(runs, study.Shard{Index: i, Of: 3}) {
			for j := range 3 {
				if i != j && slices.ContainsFunc(p.share(runs, study.Shard{Index: j, Of: 3}), func(o Run) bool { return o.Title() == r.Title() }) {
					t.Errorf("%s is in shards %d and %d", r.Title(), i, j)
				}
			}
		}
	}
}
