package ablation

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/study"
	"longseq/study/training"
)

// associative is a plan on a synthetic task whose run takes a second.
const associative = `
base: transformerpp
train: {task: mqar, pairs: 2, vocab: 32, lengths: mixed, steps: 60, rows: 2, length: 16, lr: [0.003]}
ask: {tasks: [mqar, mqar pairs=3], lengths: [16], depths: [0, 100], samples: 4}
`

func TestASyntheticTaskIsTrainedResumedAndAsked(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	p := parse(t, associative)
	whole, cut := Where{Dir: t.TempDir()}, Where{Dir: t.TempDir()}
	want := trainAll(t, p, whole)[0].Record
	ctx, interrupt := context.WithCancel(t.Context())
	_, err := p.TrainModels(ctx, cut, training.Options{Progress: func(training.Progress) { interrupt() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	got := trainAll(t, p, cut)[0].Record
	if got.Weights != want.Weights || !slices.Equal(got.Curve, want.Curve) {
		t.Errorf("resumed to %s with curve %v, uninterrupted %s with %v", got.Weights, got.Curve, want.Weights, want.Curve)
	}
	if got.Synthetic != "mqar pairs=2 vocab=32" || got.Lengths != "mixed" || got.Formats != nil || got.Corpus != "" {
		t.Errorf("the record says %+v", got.Spec)
	}

	store, err := p.AskModels(t.Context(), whole, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for _, r := range store.Records {
		asked[r.Task]++
	}
	if len(asked) != 2 || asked["mqar pairs=2 vocab=32"] != 8 || asked["mqar pairs=3 vocab=32"] != 8 {
		t.Errorf("records by task: %v", asked)
	}
	resolved, err := study.ReadResolved(whole.Store())
	if err != nil {
		t.Fatal(err)
	}
	if chance := resolved.Tasks[1].Chance; !slices.Equal(chance, []float64{0.3333}) {
		t.Errorf("chance of three pairs is %v", chance)
	}

	// The same rows of another length mix, or another task in the folder, are another training.
	for text, want := range map[string]string{"lengths: mixed": "lengths is mixed there, grow here", "pairs: 2": "the task is mqar pairs=2 vocab=32 there, mqar pairs=4 vocab=32 here"} {
		other := map[string]string{"lengths: mixed": "lengths: grow", "pairs: 2": "pairs: 4"}[text]
		q := parse(t, strings.Replace(associative, text, other, 1))
		if _, err := q.TrainModels(t.Context(), whole, training.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", other, err, want)
		}
	}
	if _, err := training.ReadRecord(filepath.Join(whole.Models(), "transformerpp")); err != nil {
		t.Error(err)
	}
}

func TestTheModelHasTheWordsOfItsTask(t *testing.T) {
	for text, words := range map[string]int{"{task: parity}": 176, "{task: mqar, vocab: 300}": 304, "{task: permutations, objects: 5}": 176} {
		for _, base := range []string{"transformerpp", "llama", "mamba2", "mamba2attn", "rwkv6", "griffin"} {
			variants, err := parse(t, "base: "+base+"\ntrain: "+text).Variants()
			if err != nil {
				t.Fatal(err)
			}
			if got := variants[0].draft.config.Vocab(); got != words {
				t.Errorf("%s, %s: %d words, want %d", base, text, got, words)
			}
			if spec, err := variants[0].draft.spec(1); err != nil || len(spec.Config) > 0 {
				t.Errorf("%s, %s: the tiny model has the config %s, %v", base, text, spec.Config, err)
			}
		}
	}
	variants, err := parse(t, "base: llama\ntrain: {task: mqar, pairs: 4}\nvary: {task.vocab: [64, 256, 512]}\nmatch: params").Variants()
	if err != nil {
		t.Fatal(err)
	}
	if widths := variants[2].Match; widths.Deviation > 0.03 || widths.Deviation < -0.03 || variants[2].draft.config.Vocab() != 512 {
		t.Errorf("with 512 words, matched in parameters: %+v", variants[2])
	}
}

func TestMistakesInATaskAreOneLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"train: {task: mqr}", `plan.yaml:2:15: unknown task "mqr"; did you mean "mqar"?`},
		{"train: {task: mqar, pair: 4}", `plan.yaml:2:21: unknown key "pair"; did you mean "pairs"?`},
		{"train: {task: mqar, needles: 4}", `plan.yaml:2:21: unknown key "needles"; `},
		{"train: {pairs: 4}", `plan.yaml:2:9: unknown key "pairs"; `},
		{"train: {task: mqar, pairs: 0}", "plan.yaml:2:21: mqar: pairs is 0; want 1 to 4096"},
		{"train: {task: mqar, pairs: many}", `plan.yaml:2:21: task.pairs is "many"; want a whole number`},
		{"train: {task: mqar, pairs: 64}", "mqar pairs=64: 64 pairs and 63 keys; want no more pairs than keys, or a larger vocab"},
		{"train: {task: mqar, pairs: 32, length: 64}", "length 64: mqar pairs=32 needs at least 128 tokens"},
		{"train: {task: mqar, lengths: any}", `plan.yaml:2:21: unknown mix of lengths "any"; known: full, grow, mixed`},
		{"train: {task: mqar, lengths: 3}", "plan.yaml:2:21: task.lengths is 3; want full, mixed or grow"},
		{"train: {task: mqar, corpus: a.txt}", "plan.yaml:2:21: corpus: mqar has no haystack"},
		{"train: {task: mqar, curriculum.hold_until: 0.1}", "plan.yaml:2:21: train.curriculum.hold_until is for recall; task.lengths: grow is the curriculum of mqar"},
		{"train: {task: permutations, objects: 7}", "plan.yaml:2:29: permutations: objects is 7; want 2 to 5"},
		{"train: {task: mqar}\nvary: {task.needles: [2]}", `plan.yaml:3:8: unknown task key of mqar "needles"; known: length, lengths, pairs, power, vocab`},
		{"train: {task: mqar}\nvary: {task.pairs: [4, 80]}", "1 of 2 variants cannot be: mamba2 pairs=80: mqar pairs=80: 80 pairs and 63 keys"},
		{"train: {initial_state: past}", `unknown initial_state "past"; did you mean "pass"?`},
		{"train: {initial_state: noise}", "state_std is 0: must be positive"},
		{"train: {initial_state: 3}", "plan.yaml:2:9: initial_state is 3; want a text"},
		{"train: {task: mqar}\nask: {tasks: [recall], lengths: [64], samples: 2}", "plan.yaml: ask: task recall: the models are trained on mqar"},
		{"train: {task: mqar}\nask: {tasks: [parity], lengths: [64], samples: 2}", "plan.yaml: ask: task parity: the models are trained on mqar"},
		{"ask: {tasks: [mqar], lengths: [64], samples: 2}", "plan.yaml: ask: task mqar: the models are trained on recall"},
		{"train: {task: mqar}\nask: {tasks: [mqar pairs=99], lengths: [64], samples: 2}", "plan.yaml: ask: mqar pairs=99: 99 pairs and 63 keys"},
		{"train: {task: mqar, vocab: 300}\nvary: {config.vocab_size: [176]}", "vocab_size is 176, and the task has 300 words; want at least as many"},
	} {
		p, err := Parse("plan.yaml", []byte("base: mamba2\n"+c.text))
		if err == nil {
			_, err = p.Variants()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestInitialStatesAreVaried(t *testing.T) {
	variants, err := parse(t, "base: mamba2\nvary: {train.initial_state: [zero, pass]}").Variants()
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, v := range variants {
		spec, err := v.draft.spec(1)
		if err != nil {
			t.Fatal(err)
		}
		titles = append(titles, v.Title()+" "+spec.Recipe.InitialState.String())
	}
	if want := []string{"mamba2 initial_state=zero zero", "mamba2 initial_state=pass pass"}; !slices.Equal(titles, want) {
		t.Errorf("the variants are %q, want %q", titles, want)
	}
	_, err = parse(t, "base: llama\ntrain: {initial_state: tbptt, segments: 4}").Variants()
	if err == nil || !strings.Contains(err.Error(), "llama: initial_state tbptt: llama has no recurrent state: it carries keys and values alone") {
		t.Errorf("a state of llama is passed: %v", err)
	}
}

func TestTheKeysOfSyntheticTasksAreListed(t *testing.T) {
	all, err := Fields("mamba2")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Field{{Key: "task.pairs", Type: "whole number", Default: 8, Meaning: "pairs of a key and a value", Task: "mqar"},
		{Key: "task.objects", Type: "whole number", Default: 3, Meaning: "objects that are permuted: 3 for S3, 5 for S5", Task: "permutations"}} {
		if !slices.Contains(all, want) {
			t.Errorf("%+v is missing", want)
		}
	}
}

func TestRecallIsAskedWithTheNeedlesOfTheTraining(t *testing.T) {
	for train, want := range map[string]string{
		"{task: recall, needles: 2}": "[recall needles=2 recall needles=3]",
		"{task: recall, needles: 4}": "[recall recall needles=3]",
		"{task: recall}":             "[recall recall needles=3]",
	} {
		p := parse(t, "base: llama\ntrain: "+train+"\nask: {tasks: [recall, recall needles=3], lengths: [64], samples: 1}\n")
		got, err := p.asked()
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: asked %v, %v; want %s", train, got, err, want)
		}
	}
}
