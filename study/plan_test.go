package study

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPlanFileReadsAsYAMLAndAsJSON(t *testing.T) {
	want := Plan{Name: "needles", Models: []string{"mamba2"}, Tasks: []string{"recall"}, Lengths: []int{64, 128},
		Depths: []float64{0, 12.5}, Samples: 8, Seeds: []int64{3}}
	for name, text := range map[string]string{
		"yaml": "name: needles\nmodels: [mamba2]\ntasks:\n  - recall\nlengths: [64, 128]\ndepths: [0, 12.5]\nsamples: 8\nseeds: [3]\n",
		"json": `{"name": "needles", "models": ["mamba2"], "tasks": ["recall"], "lengths": [64, 128], "depths": [0, 12.5], "samples": 8, "seeds": [3]}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "plan."+name)
			os.WriteFile(path, []byte(text), 0o600)
			got, err := ReadPlan(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAMistakeInAPlanFileIsOneLineWithItsPlace(t *testing.T) {
	const good = "models: [mamba2]\ntasks: [recall]\nlengths: [64]\nsamples: 8\n"
	for name, test := range map[string]struct{ text, want string }{
		"an unknown key":         {good + "deepths: [0]\n", `plan.yaml:5:1: unknown key "deepths"; did you mean "depths"?`},
		"an unknown key far off": {good + "zzz: 1\n", `plan.yaml:5:1: unknown key "zzz"; known: batch, corpus, depths, distances, extend, formats, lengths, manners, models, name, only, ruler, samples, seeds, tasks, train_seeds, weights`},
		"a word for a number":    {"models: [mamba2]\ntasks: [recall]\nlengths: [64]\nsamples: many\n", "plan.yaml:4:10: "},
		"a key given twice":      {good + "samples: 9\n", "plan.yaml:5:1: "},
		"broken syntax":          {"models: [mamba2\ntasks: x\n", "plan.yaml:"},
		"nothing":                {"", "plan.yaml: the file is empty"},
		"two documents":          {good + "---\n" + good, "plan.yaml: more than one document; want one"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePlan("plan.yaml", []byte(test.text))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, want %q in one line", err, test.want)
			}
		})
	}
}

func TestAnInvalidPlanNamesFieldValueAndRule(t *testing.T) {
	for want, change := range map[string]func(*Plan){
		"plan: models is empty; want at least one":                                               func(p *Plan) { p.Models = nil },
		"plan: tasks is empty; want at least one":                                                func(p *Plan) { p.Tasks = nil },
		"plan: samples is 0; want at least 1":                                                    func(p *Plan) { p.Samples = 0 },
		"plan: batch is -1; want at least 1":                                                     func(p *Plan) { p.Batch = -1 },
		"plan: lengths[1] is -5; want at least 1 token":                                          func(p *Plan) { p.Lengths[1] = -5 },
		"plan: depths[1] is 120; want a percent, 0 to 100":                                       func(p *Plan) { p.Depths[1] = 120 },
		"plan: models[1] is mamba2; that is models[0] already":                                   func(p *Plan) { p.Models[1] = "mamba2" },
		"plan: seeds[0] is -1; want 0 to 2147483647":                                             func(p *Plan) { p.Seeds[0] = -1 },
		"plan: distances[2] is 0; want at least 1 token":                                         func(p *Plan) { p.Distances[2] = 0 },
		`plan: formats[0]: format "essay-wrod": unknown value kind "wrod"; did you mean "word"?`: func(p *Plan) { p.Formats[0] = "essay-wrod" },
		"plan: formats[1] is essay-word-word; that is formats[0] already":                        func(p *Plan) { p.Formats[1] = "essay-word-word" },
		"plan: lengths is empty; want at least one, or distances for a retention curve":          func(p *Plan) { p.Lengths, p.Distances = nil, nil },
	} {
		t.Run(want, func(t *testing.T) {
			p := fakePlan()
			change(&p)
			if err := p.Validate(); err == nil || err.Error() != want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestResolveFindsMistakesBeforeAnyModelIsOpened(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.txt")
	binary := filepath.Join(t.TempDir(), "binary.txt")
	os.WriteFile(empty, []byte(" \n"), 0o600)
	os.WriteFile(binary, []byte("a\xff\xfe"), 0o600)
	for want, change := range map[string]func(*Plan){
		`plan: unknown model "mamba3"; did you mean "mamba2"?`:                                             func(p *Plan) { p.Models[0] = "mamba3" },
		`plan: unknown task "recal"; did you mean "recall"?`:                                               func(p *Plan) { p.Tasks[0] = "recal" },
		"plan: recall essay-word-word length 10 depth 0 seed 1: the needles need 20 tokens":                func(p *Plan) { p.Lengths[0] = 10 },
		"plan: distances are given, but no task of [vt] has a retention curve":                             func(p *Plan) { p.Tasks = []string{"vt"} },
		"plan: open corpus " + empty + ": the file is empty; want a text":                                  func(p *Plan) { p.Corpus = empty },
		"plan: open corpus " + binary + ": not UTF-8 text (byte 0xff at offset 1); want a plain text file": func(p *Plan) { p.Corpus = binary },
	} {
		t.Run(want, func(t *testing.T) {
			p, models := fakePlan(), &fakeModels{}
			change(&p)
			_, err := Resolve(p, models, fakeTasks)
			if err == nil || err.Error() != want {
				t.Errorf("got %v", err)
			}
			if n := models.opened.Load(); n != 0 {
				t.Errorf("%d models were opened", n)
			}
		})
	}
}

func TestTheIdentityOfACellIsAllThatDeterminesIt(t *testing.T) {
	first := func(p Plan, tasks Tasks) Cell {
		t.Helper()
		r, err := Resolve(p, &fakeModels{}, tasks)
		if err != nil {
			t.Fatal(err)
		}
		cells, err := r.Cells(tasks)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]Cell)
		for _, c := range cells {
			if other, ok := seen[c.ID]; ok {
				t.Fatalf("%v and %v have one identity", c, other)
			}
			seen[c.ID] = c
		}
		if want := fakeSamples / 10; len(p.Models) == 2 && len(cells) != want {
			t.Fatalf("%d cells, want %d", len(cells), want)
		}
		return cells[0]
	}
	base := first(fakePlan(), fakeTasks)
	more := fakePlan()
	more.Samples, more.Models = 20, more.Models[:1]
	if got := first(more, fakeTasks); got != base {
		t.Errorf("more samples and fewer models make another cell: %v, %v", got, base)
	}
	kind := fakeTasks["recall"]
	kind.Version = "2"
	if got := first(fakePlan(), NewTasks(kind, fakeTasks["vt"])); got.ID == base.ID {
		t.Error("another version of the task gives the same identity")
	}
	kind = fakeTasks["recall"]
	kind.Scorer.Version = "2"
	if got := first(fakePlan(), NewTasks(kind, fakeTasks["vt"])); got.ID == base.ID {
		t.Error("another version of the scorer gives the same identity")
	}
	corpus := filepath.Join(t.TempDir(), "my.txt")
	os.WriteFile(corpus, []byte("my own words"), 0o600)
	own := fakePlan()
	own.Corpus = corpus
	if got := first(own, fakeTasks); got.ID == base.ID {
		t.Error("another corpus gives the same identity")
	}
}

func FuzzParsePlan(f *testing.F) {
	f.Add("models: [a]\ntasks: [b]\nlengths: [1]\nsamples: 1\n")
	f.Add(`{"models": ["a"], "seeds": [1e9]}`)
	f.Add("&a [*a]")
	f.Add("? \n- :")
	f.Fuzz(func(t *testing.T, text string) {
		plan, err := ParsePlan("p", []byte(text))
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("error of several lines: %q", err)
		}
		if err == nil {
			plan.Validate()
		}
	})
}
