package ablation

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"longseq/study/training"
)

// parse parses a plan that must be right.
func parse(t *testing.T, text string) Plan {
	t.Helper()
	p, err := Parse("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p.Name = "plan"
	return p
}

const stateSize = `
base: mamba2
vary:
  config.ssm_cfg.d_state: [8, 16, 32, 64]
train_seeds: [1, 2, 3]
match: params
train: {task: recall, formats: [essay-word, essay-number], length: 64, steps: 1800, lr: own}
ask: {tasks: [recall], lengths: [64, 128], depths: [0, 50, 100], formats: [essay-word], samples: 128}
`

func TestTheGridIsTheProductOfAxesAndSeeds(t *testing.T) {
	p := parse(t, stateSize)
	variants, err := p.Variants()
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, v := range variants {
		titles = append(titles, v.Title())
		if d := v.Match.Deviation; d < -0.02 || d > 0.02 || v.Match.Target != 100516 {
			t.Errorf("%s: %+v", v.Title(), *v.Match)
		}
	}
	if got := strings.Join(titles, ", "); got != "mamba2 d_state=8, mamba2 d_state=16, mamba2 d_state=32, mamba2 d_state=64" {
		t.Errorf("variants %s", got)
	}
	runs, err := p.runs(Where{Dir: "x"}, variants, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 12 || runs[4].Job.Name != "mamba2-d_state=16-seed=2" || runs[4].Job.Dir != "x/models/mamba2-d_state=16-seed=2" || runs[4].Job.Recipe.Seed != 2 {
		t.Errorf("%d runs, the fifth is %s in %s with seed %d", len(runs), runs[4].Job.Name, runs[4].Job.Dir, runs[4].Job.Recipe.Seed)
	}
	// A variant that is the tiny model is trained as the tiny model.
	if last := runs[11].Job; last.Config != nil || last.Architecture != "mamba2" {
		t.Errorf("d_state 64 has config %s", last.Config)
	}
	two := parse(t, "base: [mamba2, mamba2attn]\nvary: {config.ssm_cfg.d_state: [16, 32], train.rows: [8, 16], task.needles: [2, 4]}\n")
	all, err := two.Variants()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 16 || all[5].Title() != "mamba2 d_state=32-rows=8-needles=4" || all[15].Architecture != "mamba2attn" {
		t.Errorf("%d variants, the sixth is %s", len(all), all[5].Title())
	}
}

func TestTheDefaultTrainingIsAPlan(t *testing.T) {
	p := Default()
	variants, err := p.Variants()
	if err != nil {
		t.Fatal(err)
	}
	runs, err := p.runs(Where{Dir: "x"}, variants, nil)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := training.Training{Seed: 1, Dir: "x/models"}.Jobs()
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != len(jobs) {
		t.Fatalf("%d runs, %d jobs", len(runs), len(jobs))
	}
	for i, job := range jobs {
		if got := runs[i].Job; !reflect.DeepEqual(got.Spec, job.Spec) || got.Name != job.Name || got.Dir != job.Dir {
			t.Errorf("%s: the plan trains %+v, the verb %+v", job.Name, got.Spec, job.Spec)
		}
		// The weights of the repository are those of the plan.
		job := runs[i].Job
		job.Dir = filepath.Join("../../lcmodels/tiny", job.Name)
		if state, _, err := job.Found(); err != nil || state != training.Trained {
			t.Errorf("%s: state %d, %v", job.Name, state, err)
		}
	}
}

func TestBundlesGiveVariantsNamesAndBases(t *testing.T) {
	p := parse(t, `
variants:
  conv: {base: transformerpp}
  no-conv: {base: transformerpp, config.attn_cfg.d_conv: 0}
  no-rope: {base: transformerpp, config.attn_cfg.rotary_emb_dim: 0}
  hybrid: {base: mamba2, "config.attn_layer_idx": [0]}
  window: {base: griffin, config.attention_window_size: 16}
  llama: {base: llama}
match: params
train: {steps: 30, needles: 2, curriculum.hold_until: 0.1}
`)
	variants, err := p.Variants()
	if err != nil {
		t.Fatal(err)
	}
	runs, err := p.runs(Where{Dir: "x"}, variants, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"transformerpp-conv transformerpp", "transformerpp-no-conv transformerpp", "transformerpp-no-rope transformerpp",
		"mamba2-hybrid mamba2attn", "griffin-window griffin", "llama llama"}
	for i, r := range runs {
		if got := r.Job.Name + " " + r.Job.Architecture; got != want[i] {
			t.Errorf("run %d is %s, want %s", i, got, want[i])
		}
		if s := r.Job.Spec; s.Needles != 2 || s.Curriculum.HoldUntil != 0.1 || s.Recipe.Steps != 30 {
			t.Errorf("%s is trained with %+v", r.Job.Name, s)
		}
	}
	// What a variant and its base differ in is the setting and the matched width alone.
	if a, b := string(runs[0].Job.Config), string(runs[1].Job.Config); a != "" || !strings.Contains(b, `"d_conv":0`) {
		t.Errorf("configs %q and %q", a, b)
	}
}

func TestTheTaskOfTheRowsIsVaried(t *testing.T) {
	p := parse(t, "base: llama\nvary: {task.haystack: [essay, noise], task.value: [word, number]}\n")
	variants, err := p.Variants()
	if err != nil {
		t.Fatal(err)
	}
	var formats []string
	for _, v := range variants {
		formats = append(formats, v.Name+" "+strings.Join(v.draft.formats, "+"))
	}
	want := "haystack=essay-value=word essay-word, haystack=essay-value=number essay-number, haystack=noise-value=word noise-word, haystack=noise-value=number noise-number"
	if got := strings.Join(formats, ", "); got != want {
		t.Errorf("formats %s", got)
	}
}

func TestMistakesInAPlanAreNamedWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "plan.yaml: the file is empty"},
		{"base: mamba2\nvari: {}", `plan.yaml:2:1: unknown key "vari"; did you mean "vary"?`},
		{"base: mamba2\nbase: llama", "plan.yaml:2:1: "},
		{"base: mamba3", `plan.yaml: base: unknown architecture "mamba3"; did you mean "mamba2"?; or a folder with a config.json`},
		{"base: ./nowhere", "no such file"},
		{"vary: {train.lr: [1]}", "plan.yaml: base is missing"},
		{"base: mamba2\nvary:\n  config.ssm_cfg.d_stat: [8]", `plan.yaml:3:3: unknown field of mamba2's config "ssm_cfg.d_stat"; did you mean "ssm_cfg.d_state"?`},
		{"base: mamba2\nvary:\n  ssm_cfg.d_state: [8]", `plan.yaml:3:3: unknown key "ssm_cfg.d_state"; did you mean "config.ssm_cfg.d_state"?`},
		{"base: mamba2\nvary:\n  trian.rows: [8]", `plan.yaml:3:3: unknown key "trian.rows"; did you mean "train.rows"?`},
		{"base: mamba2\nvary:\n  train.row: [8]", `plan.yaml:3:3: unknown train key "row"; did you mean "rows"?`},
		{"base: mamba2\nvary:\n  train.seed: [8]", "plan.yaml:3:3: train.seed cannot be varied: train_seeds lists the seeds"},
		{"base: mamba2\nvary:\n  task.needles: [0]", "plan.yaml:3:3: task.needles is 0"},
		{"base: mamba2\nvary:\n  task.haystack: [hay]", `the haystack is "hay"`},
		{"base: mamba2\nvary:\n  config.ssm_cfg.d_state: [8.5]", "plan.yaml:3:3: ssm_cfg.d_state is 8.5; want a whole number"},
		{"base: mamba2\nvary:\n  config.ssm_cfg.d_state: 8", "plan.yaml:3:3: config.ssm_cfg.d_state: want a list of values"},
		{"base: mamba2\nvary:\n  config.ssm_cfg.d_state: [8, 8]", "plan.yaml:3:31: config.ssm_cfg.d_state has 8 twice"},
		{"base: [mamba2, llama]\nvary:\n  config.ssm_cfg.d_state: [8]", `unknown field of llama's config "ssm_cfg.d_state"`},
		{"base: mamba2\nvary: {train.rows: [8]}\nvariants: {a: {train.rows: 8}}", "both vary and variants"},
		{"variants: {a: {train.rows: 8}}", "variant a has no base"},
		{"variants: {a/b: {base: llama}}", `variant "a/b"; want letters`},
		{"base: mamba2\nmatch: parms", "match is \"parms\"; want params, state or none"},
		{"base: mamba2\ntrain: {step: 30}", `plan.yaml:2:9: unknown key "step"; did you mean "steps"?`},
		{"base: mamba2\ntrain: {task: ruler}", "plan.yaml:2:15: unknown task \"ruler\"; known: compression, copying, fuzzy-recall, "},
		{"base: mamba2\ntrain: {lr: fast}", "plan.yaml:2:13: \"fast\"; want own, a learning rate, or a list of them"},
		{"base: mamba2\ntrain: {lr: [0.1, -1]}", "lr is -1"},
		{"base: mamba2\ntrain_seeds: [1, 1]", "train_seeds has 1"},
		{"base: mamba2\nask: {tasks: [recall], lengths: [64.5], samples: 8}", "want a list, each a whole number"},
		{"base: mamba2\nask: {tasks: [recall], lenghts: [64], samples: 8}", `plan.yaml:2:24: unknown key "lenghts"; did you mean "lengths"?`},
		{"base: mamba2\nask: {tasks: [recall], lengths: [64]}", "samples is 0"},
		{"base: mamba2\ntrain: {length: 12}", "needs at least"},
		{"- a", "plan.yaml:1:1: plan: want keys with values"},
		{strings.Repeat("[", 100), "more than 32 lists"},
	} {
		p, err := Parse("plan.yaml", []byte(c.text))
		if err == nil {
			_, err = p.Variants()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestAllImpossibleVariantsAreNamedAtOnce(t *testing.T) {
	p := parse(t, "base: mamba2\nmatch: params\nvary:\n  config.ssm_cfg.ngroups: [1, 3, 4]\n  config.ssm_cfg.headdim: [34, 5000]\n")
	_, err := p.Variants()
	if err == nil {
		t.Fatal("all variants can be")
	}
	for _, want := range []string{"plan.yaml: 5 of 6 variants cannot be: ", "mamba2 ngroups=1-headdim=5000: ", "mamba2 ngroups=3-headdim=34: ", "mamba2 ngroups=3-headdim=5000: ", "must divide"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	narrow := parse(t, "base: mamba2\nmatch: params\nvary: {config.d_model: [32, 68]}\n")
	if _, err := narrow.Variants(); err == nil || !strings.Contains(err.Error(), "mamba2 d_model=32") {
		t.Errorf("a width that no match meets: %v", err)
	}
	clash := parse(t, "base: llama\nvariants: {a: {}, llama: {}, b: {config.intermediate_size: 30}}\n")
	if all, err := clash.Variants(); err != nil || len(all) != 3 {
		t.Errorf("%d variants, %v", len(all), err)
	}
}

func TestABaseMayBeAFolder(t *testing.T) {
	dir := t.TempDir()
	for name, vocab := range map[string]int{"wide": 200, "small": 100} {
		config := fmt.Sprintf(`{"model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": %d}`, vocab)
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "config.json"), []byte(config), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	wide := parse(t, "base: "+filepath.Join(dir, "wide")+"\nmatch: params\nvary: {config.num_key_value_heads: [1, 2]}\n")
	variants, err := wide.Variants()
	if err != nil {
		t.Fatal(err)
	}
	if variants[0].Title() != "wide num_key_value_heads=1" || variants[0].Architecture != "llama" || variants[0].draft.recipe.LR != 2e-3 {
		t.Errorf("the first variant is %+v with learning rate %g", variants[0], variants[0].draft.recipe.LR)
	}
	small := parse(t, "base: "+filepath.Join(dir, "small"))
	if _, err := small.Variants(); err == nil || !strings.Contains(err.Error(), "small: vocab_size is 100, and the task has 172 words") {
		t.Errorf("a vocabulary that cannot hold the task: %v", err)
	}
}

func TestEveryKeyHasAMeaning(t *testing.T) {
	for _, base := range Default().Bases {
		fields, err := Fields(base)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			if f.Meaning == "" || f.Type == "" {
				t.Errorf("%s: %+v", base, f)
			}
		}
	}
}

func TestThePlansOfTheNotebooksCanBe(t *testing.T) {
	for name, want := range map[string]int{"state-size": 12, "convolution": 9} {
		p, err := Read(filepath.Join("../../notebooks/plans", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if !IsPlan(filepath.Join("../../notebooks/plans", name+".yaml")) || IsPlan("../../notebooks/plans/needles.yaml") {
			t.Errorf("%s is not told from the plan of a sweep", name)
		}
		if runs := mustRuns(t, p, Where{Dir: "x"}); len(runs) != want || p.Ask == nil || p.Name != name {
			t.Errorf("%s has %d runs, want %d", name, len(runs), want)
		}
	}
}
