package reproduce

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/data/paper"
	"longseq/data/published"
	"longseq/internal/shared"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/study"
)

// checkpoints are tiny models in the formats of the published files, random weights, by the paper's names.
var checkpoints = map[string]string{"Mamba2": "mamba2", "M2A": "mamba2attn", "TPP": "transformerpp", "RG": "recurrentgemma", "SL": "llama",
	"RWKV": "rwkv6-pth", "RG-IT": "recurrentgemma-it-bf16", "SL-IT": "llama-sharegpt-bf16"}

// words is a tokenizer that knows few words, of which every other is one token.
const words = `{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
 "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
 "model": {"type": "WordLevel", "vocab": {"nobody": 0, "once": 1, "upon": 2, "a": 3, "time": 4}, "unk_token": "nobody"}}`

// weights makes a folder with the eight checkpoints, named as on the hub, each with a tokenizer.
func weights(t *testing.T) string {
	t.Helper()
	fixtures := shared.Dir(t, "fixtures/models")
	dir := t.TempDir()
	for name, fixture := range checkpoints {
		folder := filepath.Join(dir, filepath.Base(model(t, name).Hub))
		entries, err := os.ReadDir(filepath.Join(fixtures, fixture))
		if err == nil {
			err = os.Mkdir(folder, 0o777)
		}
		for _, e := range entries {
			if err == nil && !strings.HasPrefix(e.Name(), "golden") {
				err = os.Symlink(filepath.Join(fixtures, fixture, e.Name()), filepath.Join(folder, e.Name()))
			}
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, "tokenizer.json"), []byte(words), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The whole way, with one sample a cell of 1,024 tokens, and of all lengths if LONGSEQ_SIMULATE is set: eight checkpoints, one store, every
// table that has the length, its figure, and the report; and the same from three processes, of which one is killed.
func TestEightCheckpointsGoThroughThePaper(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	o := Options{Weights: weights(t), Samples: 1, Lengths: []int{1024}}
	wantTables := []int{1, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}
	if os.Getenv("LONGSEQ_SIMULATE") != "" {
		o.Lengths, wantTables = nil, append(wantTables, 2, 3)
	}
	out := t.TempDir()
	o.Dir = filepath.Join(out, "store")
	r, err := Paper(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Models) != 8 || len(r.Missing) > 0 {
		t.Fatalf("%d models, missing %v", len(r.Models), r.Missing)
	}
	for _, s := range r.Scores {
		if s.Verdict != NotVerified || s.Samples == 0 {
			t.Errorf("table %d, %s: %s, %d samples", s.Table, s.Model, s.Verdict, s.Samples)
		}
	}
	if r.Read > r.Asked || r.Read == 0 {
		t.Errorf("%d tokens read of %d", r.Read, r.Asked)
	}
	written, err := r.Save(out)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(wantTables)*8 + 3; len(written) != want {
		t.Errorf("%d files, want %d", len(written), want)
	}
	checkReport(t, out, r)

	names := []string{"M2A", "RWKV"}
	t.Run("three processes, one of them killed", func(t *testing.T) {
		o := o
		o.Models, o.Dir, o.Tables = names, filepath.Join(t.TempDir(), "store"), []int{1, 4}
		for i := range 3 {
			o.Shard = study.Shard{Index: i, Of: 3}
			if i == 1 {
				ctx, stop := context.WithCancel(t.Context())
				killed := o
				killed.Progress = func(p study.Progress) {
					if p.Done > 3 {
						stop()
					}
				}
				if _, err := Paper(ctx, killed); !errors.As(err, new(*study.Interrupted)) {
					t.Fatalf("error %v, want one that says how much is kept", err)
				}
			}
			if _, err := Paper(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		got, err := study.OpenStore(o.Dir)
		if err != nil {
			t.Fatal(err)
		}
		want, err := study.OpenStore(r.Store)
		if err != nil {
			t.Fatal(err)
		}
		want.Records = slices.DeleteFunc(want.Records, func(r study.Record) bool {
			return r.Model != "mamba2attn-2.7b" && r.Model != "rwkv-6-world-3b-v2.1"
		})
		if err := study.Equal(got, want); err != nil || len(got.Records) == 0 {
			t.Errorf("%d records: %v", len(got.Records), err)
		}
	})
	t.Run("another table of the same store asks what is new", func(t *testing.T) {
		o := o
		o.Models, o.Tables, o.Lengths = names[1:], []int{6}, []int{1024, 2048}
		if os.Getenv("LONGSEQ_SIMULATE") == "" {
			e, err := Prepare(o)
			if err != nil {
				t.Fatal(err)
			}
			if estimate, err := e.Estimate(); err != nil || estimate.Samples != 1 {
				t.Errorf("%d samples to ask, %v; want 1", estimate.Samples, err)
			}
		}
		again, err := Paper(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Scores) != 2 || again.Scores[0].Samples != 1 || again.Scores[1].Samples != 1 {
			t.Errorf("scores %+v", again.Scores)
		}
	})
}

// checkReport checks what a report holds.
func checkReport(t *testing.T, dir string, r Report) {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page := read("report.html")
	for _, no := range []string{"<script", "http-equiv", "src=", "consistent with the paper's numbers"} {
		if strings.Contains(page, no) {
			t.Errorf("the page has %s", no)
		}
	}
	tables := len(byTable(r.Scores))
	if n := strings.Count(page, "<svg"); n != tables {
		t.Errorf("%d figures in the page, want %d", n, tables)
	}
	for _, text := range []string{page, read("report.md")} {
		for _, want := range []string{"not verified: digest", "lost-in-the-middle", "RULER repeats common words", "Table 15"} {
			if !strings.Contains(text, want) {
				t.Errorf("the report lacks %q", want)
			}
		}
	}
	var parsed struct {
		Cells []Score
		Audit []paper.Check
	}
	if err := json.Unmarshal([]byte(read("report.json")), &parsed); err != nil || len(parsed.Cells) != len(r.Scores) || len(parsed.Audit) == 0 {
		t.Errorf("report.json: %d cells, %d findings, %v", len(parsed.Cells), len(parsed.Audit), err)
	}
	for name, want := range map[string]string{"tables/table-07.csv": "# longseq: plan " + r.Origin.Plan, "tables/table-07.tex": "% longseq: plan " + r.Origin.Plan,
		"figures/table-07.svg": "store " + r.Origin.Store, "tables/table-04.txt": "M2A at 1024, here"} {
		if !strings.Contains(read(name), want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
	for _, m := range published.Models() {
		if !strings.Contains(read("tables/table-06.md"), m.Name+", here") {
			t.Errorf("table 6 lacks %s", m.Name)
		}
	}
}

func TestABadCallIsOneLineAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	for says, o := range map[string]Options{
		"no M2A or mamba2attn-2.7b or state-spaces/mamba2attn-2.7b in": {Weights: dir, Models: []string{"M2A"}},
		"none of the paper's models is there":                          {Weights: dir},
		"unknown model of the paper":                                   {Weights: dir, Models: []string{"GPT"}},
		"no table 5 of scores":                                         {Model: tiny, Tables: []int{5}},
		"none of the tables [2 3] has any of the lengths [512]":        {Model: tiny, Tables: []int{2, 3}, Lengths: []int{512}},
	} {
		_, err := Prepare(o)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line that says %s", err, says)
		}
	}
}
