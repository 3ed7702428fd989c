package reproduce

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/study"
)

// tiny is a trained model that comes with the repository: a Llama, so the paper's SL unless As says otherwise.
const tiny = "../../lcmodels/tiny/llama"

func TestRunEvaluatesAModelAndContinuesFromItsStore(t *testing.T) {
	var estimates []Estimate
	var last study.Progress
	o := Options{Model: tiny, Table: 6, Lengths: []int{1024}, Samples: 2, Dir: filepath.Join(t.TempDir(), "store"),
		Estimated: func(e Estimate) { estimates = append(estimates, e) }, Progress: func(p study.Progress) { last = p }}
	first, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(estimates) != 1 || estimates[0].Samples != 2 || estimates[0].Tokens != 2048 || first.Estimate.Samples != estimates[0].Samples {
		t.Errorf("estimates %+v, want one of 2 samples of 1024 tokens", estimates)
	}
	if last.Done != 2 || last.Found != 0 {
		t.Errorf("progress ends with %+v, want 2 samples asked", last)
	}
	if first.As != "SL" || len(first.Scores) != 1 {
		t.Fatalf("result %+v, want one score beside SL's", first)
	}
	got := first.Scores[0]
	if got.Table != 6 || got.Length != 1024 || got.Paper != 100 || got.Samples != 2 || got.Verdict != NotVerified || !strings.HasPrefix(got.Why, "not verified: digest ") {
		t.Errorf("score %+v", got)
	}

	second, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if last.Found != 2 || second.Estimate.Samples != 0 || second.Scores[0].Ours != got.Ours {
		t.Errorf("the same call again found %d samples and gives %+v, want 2 and %+v", last.Found, second, first.Scores)
	}
}

func TestAnEvaluationOffersPlanAndEstimateWithoutAsking(t *testing.T) {
	o := Options{Model: tiny, Table: 2, As: "M2A", Dir: filepath.Join(t.TempDir(), "store")}
	e, err := Prepare(o)
	if err != nil {
		t.Fatal(err)
	}
	if e.As != "M2A" || !slices.Equal(e.Plan.Lengths, []int{2048}) || e.Plan.Samples != PaperSamples || !slices.Equal(e.Plan.Models, []string{"llama"}) {
		t.Errorf("compares with %s by plan %+v", e.As, e.Plan)
	}
	estimate, err := e.Estimate()
	if err != nil {
		t.Fatal(err)
	}
	want := PaperSamples * len(e.Plan.Depths) * len(e.Plan.Formats)
	if estimate.Samples != want || estimate.Seconds <= 0 || estimate.Weights == 0 || estimate.Batch != batch {
		t.Errorf("estimate %+v, want %d samples", estimate, want)
	}
	if files, _ := filepath.Glob(o.Dir + "/*"); len(files) > 0 {
		t.Errorf("the store has %v before the evaluation runs", files)
	}
}

func TestAWrongOptionIsNamed(t *testing.T) {
	for _, c := range []struct {
		option, says string
		change       func(*Options)
	}{
		{"Table", "no table 5 of scores: want 1 to 4 or 6 to 18", func(o *Options) { o.Table = 5 }},
		{"Table", "table 4 has no row SL", func(o *Options) { o.Table = 4 }},
		{"Lengths", "no length 1000 of SL", func(o *Options) { o.Lengths = []int{1024, 1000} }},
		{"Samples", "-1: want 1 or more", func(o *Options) { o.Samples = -1 }},
		{"Confidence", "95: want a share between 0 and 1", func(o *Options) { o.Confidence = 95 }},
		{"As", `unknown model of the paper "GPT"`, func(o *Options) { o.As = "GPT" }},
		{"Template", `unknown template "poem"; known: RWKV, base`, func(o *Options) { o.Template = "poem" }},
		{"RulerVersion", `unknown version of RULER "2023"; did you mean "2024"?`, func(o *Options) { o.RulerVersion = "2023" }},
		{"Quirk", `unknown quirk "none"`, func(o *Options) { o.Quirk = "none" }},
		{"Quirk", "does not have the quirk deepmind-window", func(o *Options) { o.Quirk = "deepmind-window" }},
	} {
		o := Options{Model: tiny, Table: 6}
		c.change(&o)
		_, err := Run(t.Context(), o)
		var wrong OptionError
		if !errors.As(err, &wrong) || wrong.Option != c.option || !strings.Contains(wrong.Error(), c.says) {
			t.Errorf("error %v, want one in %s that says %s", err, c.option, c.says)
		}
	}
	// What the machine lacks is no fault of the options.
	for _, o := range []Options{{Model: "nowhere", Table: 6}, {Model: tiny, Table: 6, Data: "nowhere"}} {
		_, err := Run(t.Context(), o)
		var wrong OptionError
		if err == nil || errors.As(err, &wrong) || !strings.Contains(err.Error(), "nowhere") {
			t.Errorf("error %v, want one about nowhere that is no OptionError", err)
		}
	}
}

func TestTheStoresFolderNamesTheModel(t *testing.T) {
	for want, o := range map[string]Options{
		"results/eval/llama":       {Model: tiny + "/", Table: 6, Samples: 2, Lengths: []int{1024}},
		"results/eval/mamba2-2.7b": {Model: "state-spaces/mamba2-2.7b"},
		"results/paper/store":      {},
	} {
		if got := filepath.ToSlash(o.withDefaults().Dir); got != want {
			t.Errorf("%+v is kept in %s, want %s", o, got, want)
		}
	}
}

// A name or As says beside which model of the paper the scores are set.
func TestAModelIsSetBesideOneOfThePaper(t *testing.T) {
	for _, c := range []struct {
		model, as, architecture, want string
		named                         bool
	}{
		{"state-spaces/mamba2attn-2.7b", "", "mamba2attn", "M2A", true},
		{"models/Sheared-LLaMA-2.7B-ShareGPT", "", "llama", "SL-IT", true},
		{"models/llama", "", "llama", "SL", false},
		{"models/llama", "RG-IT", "llama", "RG-IT", true},
	} {
		m, named, err := Options{As: c.as}.paperModel(c.model, "", c.architecture)
		if err != nil || m.Name != c.want || named != c.named {
			t.Errorf("%s as %q: %s, named %t, %v; want %s, %t", c.model, c.as, m.Name, named, err, c.want, c.named)
		}
	}
	_, _, err := Options{}.paperModel("models/mine", "", "my own")
	if wrong := (OptionError{}); !errors.As(err, &wrong) || wrong.Option != "As" {
		t.Errorf("an architecture that the paper does not have: %v, want an error in As", err)
	}
}

func TestTextHasThePapersLayout(t *testing.T) {
	plan, subjects := planOf(t, Options{Table: 4, Samples: 4}, "M2A")
	store := answers(plan, share(0.5, 4))
	store.Records = slices.DeleteFunc(store.Records, func(r study.Record) bool { return r.Length == 4096 && r.Depth == 100 })
	whole := resolved(plan)
	whole.Tasks[0].Version = strings.Replace(whole.Tasks[0].Version, ", essay abc", "", 1)
	r := report(t, store, whole, subjects, identities("M2A")).Result()
	r.Store = "results/x"
	text := r.Text()
	for _, line := range []string{
		"Table 4: Results on needle-in-a-haystack task", "\nM2A beside the paper's M2A\n",
		"│ M2A AT 1024 │ ESSAY-WORD-NUMBER 0% │", "│ M2A AT 4096 │",
		"50.00", "15.0 to 85.0", " – ", "not run", "\nnot comparable: texts: the haystack is built in, not RULER's essays\n",
		"\nThe records are in results/x.\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("the text lacks %q:\n%s", line, text)
		}
	}
	if n := strings.Count(text, "\n│ paper "); n != 3 {
		t.Errorf("%d rows, want one for each length:\n%s", n, text)
	}
}

// Programs read these keys.
func TestTheJSONOfAResultKeepsItsKeys(t *testing.T) {
	r := Result{Model: "m", As: "SL", Estimate: Estimate{Batch: 10}, Store: "s", Scores: []Score{{Table: 6, Length: 1024, Paper: 100, Verdict: NotRun}}}
	got, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"model":"m","as":"SL","estimate":{"samples":0,"tokens":0,"seconds":0,"weights":0,"state":0,"memory":0,"free":0,"beside":10},` +
		`"store":"s","cells":[{"table":6,"length":1024,"paper":100,"ours":0,"low":0,"high":0,"samples":0,"verdict":"not run"}]}`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
