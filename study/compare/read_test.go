package compare

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write writes files of lines and returns their paths.
func write(t *testing.T, files ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, text := range files {
		path := filepath.Join(dir, string(rune('a'+i))+".jsonl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func TestALineHasTheKeysOfTheContract(t *testing.T) {
	answers, _, err := Read(write(t, `{"model":"m","variant":"wide","train_seed":2,"task":"niah","length":64,"sample":3,"depth":50,"format":"essay","score":0.25,"logprob":-1.5,"Score":9}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Answer{Model: "m-wide", Task: "niah", Length: 64, Sample: 3, Depth: 50, Format: "essay", TrainSeed: 2, Score: 0.25, LogProb: -1.5}
	if answers[0] != want {
		t.Errorf("%+v, want %+v", answers[0], want)
	}
	if answers, _, err = Read(write(t, "{\"model\":\"m\",\"length\":64,\"sample\":3,\"score\":1,\"depth\":null}\r\n\n")); err != nil || len(answers) != 1 || !math.IsNaN(answers[0].Depth) {
		t.Errorf("%+v, %v", answers, err)
	}
}

func TestABadLineIsOneLineThatNamesIt(t *testing.T) {
	const good = `{"model":"m","length":64,"sample":0,"score":1}` + "\n"
	for line, want := range map[string]string{
		`{"model":"m","length":64,"sample":1}`:                       "no score",
		`{"model":"m","length":64,"sample":1,"Score":1}`:             `it has "Score"`,
		`{"length":64,"sample":1,"score":1}`:                         "no model",
		`{"model":"m","length":64.5,"sample":1,"score":1}`:           "whole number",
		`{"model":"m","length":0,"sample":1,"score":1}`:              "length is 0",
		`{"model":"m","length":64,"sample":-1,"score":1}`:            "sample is -1",
		`{"model":"m","length":64,"sample":1,"score":1.01}`:          "score is 1.01: want a number from 0 to 1",
		`{"model":"m","length":64,"sample":1,"score":"1"}`:           "score is",
		`{"model":"m","length":64,"sample":1,"score":NaN}`:           "want a line of JSON",
		`{"model":"m","length":64,"sample":1,"score":1,"depth":101}`: "depth is 101",
		`{"model":"m","length":64,"sample":1,"score":1,"logprob":2}`: "logprob is 2",
		`{"model":1,"length":64,"sample":1,"score":1}`:               "model is 1: want a text",
		`[1]`: "want a line of JSON",
		`{"model":"m","length":64,"sample":0,"score":0}`:              "another score in",
		`{"model":"m","length":64,"sample":0,"score":1,"logprob":-1}`: "another score in",
		`{"model":"m","length":64,"sample":1,"score":1} {"x":1}`:      "want a line of JSON",
	} {
		paths := write(t, good+line+"\n")
		_, _, err := Read(paths)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), paths[0]+":2: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q with file and line", line, err, want)
		}
	}
	if _, _, err := Read(write(t, good, good+`{"model":"m","length":64,"sample":0,"score":0}`)); err == nil || !strings.Contains(err.Error(), "b.jsonl:2: ") {
		t.Errorf("another score in another file: %v", err)
	}
	if _, _, err := Read(write(t, "\n")); err == nil {
		t.Error("an empty file is taken")
	}
}

func TestAModelHasOneNameForAllItsTrainings(t *testing.T) {
	for _, test := range []struct {
		model, variant string
		seed           int64
		want           string
	}{
		{"mamba2", "", 0, "mamba2"}, {"mamba2-seed=2", "", 2, "mamba2"}, {"mamba2-seed=2", "", 3, "mamba2-seed=2"},
		{"mamba2-d_state=8-seed=2", "d_state=8", 2, "mamba2-d_state=8"}, {"mamba2", "d_state=8", 2, "mamba2-d_state=8"},
	} {
		if got := ModelOf(test.model, test.variant, test.seed); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(`{"model":"m","length":64,"sample":0,"score":1}`))
	f.Add([]byte("{\"model\":\"m\",\"length\":64,\"sample\":0,\"score\":1,\"depth\":50,\"train_seed\":2}\n{\"model\":\"n\",\"length\":64,\"sample\":0,\"score\":0.5,\"logprob\":-3}\n"))
	f.Add([]byte("{\"model\":\"m\",\"length\":9007199254740992,\"sample\":1,\"score\":0}\n\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m := merger{first: make(map[key]source)}
		if err := m.addLines("f", text); err != nil {
			if strings.Count(err.Error(), "f:") == 0 {
				t.Fatalf("%v names no line", err)
			}
			return
		}
		if len(m.answers) == 0 || len(m.answers) > 50 {
			return
		}
		if _, err := Compare(m.answers, Options{}); err != nil {
			t.Fatalf("answers that were read cannot be compared: %v", err)
		}
	})
}
