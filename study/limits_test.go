package study

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAFractionForAWholeNumberIsNamedWithItsPlace(t *testing.T) {
	const head = "models: [mamba2]\ntasks: [recall]\n"
	for text, want := range map[string]string{
		head + "lengths: [64, 64.9]\nsamples: 8\n":              "p:3:15: want a whole number, not 64.9",
		head + "lengths: [64]\nsamples: 8.5\n":                  "p:4:10: want a whole number, not 8.5",
		head + "lengths: [64]\nsamples: \"8.5\"\n":              "p:4:10: want a whole number, not 8.5",
		head + "lengths: [64]\nsamples: 8\nseeds:\n  - 1.5\n":   "p:6:5: want a whole number, not 1.5",
		head + "lengths: &l [64.5]\nsamples: 8\n":               "p:3:14: want a whole number, not 64.5",
		`{"models": ["a"], "distances": [1, 2.5]}`:              "p:1:36: want a whole number, not 2.5",
		head + "lengths: [6.4e1]\nsamples: 1e1\ndepths: [12.5]": "",
	} {
		_, err := ParsePlan("p", []byte(text))
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestNestingIsLimitedBeforeTheParserSeesIt(t *testing.T) {
	const size = 400_000
	for name, text := range map[string]string{
		"lists":             strings.Repeat("[", size),
		"maps":              strings.Repeat("{", size),
		"lists in a list":   "models: " + strings.Repeat("[[", 50) + "\n" + strings.Repeat("]", size),
		"entries":           strings.Repeat("- ", size/2) + "x",
		"empty entries":     strings.Repeat("- ", size/2),
		"keys":              strings.Repeat("? ", size/2) + "x",
		"one list a line":   strings.Repeat("[\n", size/2),
		"a list in a key":   "models:\n" + strings.Repeat("  - ", 1) + strings.Repeat("- ", size/2) + "x",
		"open after closed": "a: [" + strings.Repeat("[]", 10) + strings.Repeat("[", size),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParsePlan("p", []byte(text))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), "lists or maps in one another") {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 50<<20 {
			t.Errorf("%s: %d MB were allocated", name, took>>20)
		}
	}
}

func TestATagThatTheParserCannotReadIsExplained(t *testing.T) {
	_, err := ParsePlan("p", []byte("models: !!binary x\ntasks: [recall]\n"))
	if err == nil || strings.Contains(err.Error(), "nil pointer") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func TestNumbersOfAPlanHaveALimit(t *testing.T) {
	for want, change := range map[string]func(*Plan){
		"plan: lengths[0] is 4611686018427387904; want at most 16777216 tokens":   func(p *Plan) { p.Lengths[0] = 1 << 62 },
		"plan: lengths[0] is 1000000000; want at most 16777216 tokens":            func(p *Plan) { p.Lengths[0] = 1e9 },
		"plan: distances[0] is 4611686018427387904; want at most 16777216 tokens": func(p *Plan) { p.Distances[0] = 1 << 62 },
		"plan: samples is 1000000001; want at most 1000000000":                    func(p *Plan) { p.Samples = 1e9 + 1 },
		"plan: batch is 1000000000; want at most 65536":                           func(p *Plan) { p.Samples, p.Batch = 1e9, 1e9 },
		"plan: 5000 distances; want at most 4096":                                 func(p *Plan) { p.Distances = make([]int, 5000) },
		"plan: models[0] is \\x1b[31m; want no control characters":                func(p *Plan) { p.Models[0] = "\x1b[31m" },
		"plan: name is \"\\x1b\"; want no control characters":                     func(p *Plan) { p.Name = "\x1b" },
	} {
		p := fakePlan()
		change(&p)
		if err := p.Validate(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	many := fakePlan()
	many.Lengths, many.Depths = make([]int, 10_000), nil
	for i := range many.Lengths {
		many.Lengths[i] = 1000 + i
	}
	for i := range 101 {
		many.Depths = append(many.Depths, float64(i))
	}
	if _, err := Resolve(many, &fakeModels{}, fakeTasks); err == nil || !strings.Contains(err.Error(), "more than 1000000 cells") {
		t.Errorf("too many cells: %v", err)
	}
}

func TestADryRunTakesNoTimeForSamplesThatAreMissing(t *testing.T) {
	s := sweep(t.TempDir(), &fakeModels{})
	s.Plan.Samples = 1e9
	start := time.Now()
	e, err := s.DryRun()
	if err != nil {
		t.Fatal(err)
	}
	if want := e.Cells * 1e9; e.Samples != want || e.Missing != want {
		t.Errorf("%d samples, %d missing, want %d", e.Samples, e.Missing, want)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestAPlanThatIsNoFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	zero, pipe, sparse := filepath.Join(dir, "zero"), filepath.Join(dir, "pipe"), filepath.Join(dir, "sparse")
	if err := errors.Join(os.Symlink("/dev/zero", zero), syscall.Mkfifo(pipe, 0o600), os.WriteFile(sparse, nil, 0o600), os.Truncate(sparse, 5<<30)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{zero, pipe, sparse} {
		if _, err := ReadPlan(path); err == nil || bytes.ContainsRune([]byte(err.Error()), '\n') {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestASweepOfBillionsOfSamplesBeginsAtOnce(t *testing.T) {
	models := &fakeModels{afterAsk: func(int64) error { return errFake }}
	s := sweep(t.TempDir(), models)
	s.Plan.Samples = maxSamples
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := s.Run(t.Context()); !errors.Is(err, errFake) {
		t.Fatalf("got %v, want the error of the first block", err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("the first block took %d MB", used>>20)
	}
}
