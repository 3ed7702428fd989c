package texts

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBuiltInQuestionsAreEnoughAndAnswerable(t *testing.T) {
	for name, qa := range map[string]*QA{SQuAD: selfMadeArticles(), HotpotQA: selfMadePairs()} {
		if len(qa.Documents) < 600 || name == SQuAD && len(qa.Questions) < 500 {
			t.Errorf("%s: %d documents and %d questions", name, len(qa.Documents), len(qa.Questions))
		}
		if !slices.IsSorted(qa.Documents) {
			t.Errorf("%s: the documents are not sorted", name)
		}
		for _, q := range qa.Questions {
			needed := q.Needed
			if len(needed) == 0 {
				needed = q.Own
			}
			var all string
			for _, place := range needed {
				all += qa.Documents[place]
			}
			if !strings.Contains(all, q.Answers[0]) {
				t.Errorf("%s: the documents do not answer %q", name, q.Query)
			}
		}
	}
	if n := len(selfMadePairs().Questions); n < 400 {
		t.Errorf("%d questions of two steps", n)
	}
}

func TestFilesAreFoundPlainOrPackedRULERsNamesFirst(t *testing.T) {
	dir := t.TempDir()
	sources, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sources.Essay(); err == nil || !strings.Contains(err.Error(), "PaulGrahamEssays.json") {
		t.Errorf("error %v, want one that names the file", err)
	}
	squad := func(document string) string {
		return `{"data": [{"paragraphs": [{"context": "` + document + `", "qas": [{"question": "q", "is_impossible": false, "answers": [{"text": "a"}]}]}]}]}`
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(squad("packed")))
	w.Close()
	for i, file := range []struct{ name, content, want string }{
		{"squad-v2.json.gz", packed.String(), "packed"},
		{"squad-v2.json", squad("pattern"), "pattern"},
		{"squad.json", squad("RULER's"), "RULER's"},
	} {
		if err := os.WriteFile(filepath.Join(dir, file.name), []byte(file.content), 0o666); err != nil {
			t.Fatal(err)
		}
		sources, err := Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		qa, err := sources.Questions(SQuAD)
		if err != nil || qa.Documents[0] != file.want {
			t.Errorf("step %d: %v, error %v, want %q", i, qa, err, file.want)
		}
	}
}

func FuzzSourceFilesNeverPanic(f *testing.F) {
	f.Add([]byte(`{"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "q", "is_impossible": false, "answers": [{"text": "a"}]}]}]}]}`))
	f.Add([]byte(`[{"question": "q", "answer": "a", "supporting_facts": [["t", 0]], "context": [["t", ["s"]]]}]`))
	f.Add([]byte(`{"text": "a"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, parse := range []func([]byte) (*QA, error){parseSQuAD, parseHotpotQA} {
			qa, err := parse(content)
			if err != nil {
				continue
			}
			for _, q := range qa.Questions {
				for _, document := range slices.Concat(q.Own, q.Needed, q.More) {
					if document < 0 || document >= len(qa.Documents) {
						t.Fatalf("%q is asked over document %d of %d", q.Query, document, len(qa.Documents))
					}
				}
			}
		}
		if text, err := parseEssay(content); err == nil && text == "" {
			t.Error("no text and no error")
		}
	})
}
