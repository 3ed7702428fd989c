package ruler

import (
	"bytes"
	"compress/gzip"
	"context"
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
	sources, err := OpenSources(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sources.essay(); err == nil || !strings.Contains(err.Error(), "PaulGrahamEssays.json") {
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
		sources, err := OpenSources(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		qa, err := sources.qa(SQuAD)
		if err != nil || qa.Documents[0] != file.want {
			t.Errorf("step %d: %v, error %v, want %q", i, qa, err, file.want)
		}
	}
}

func TestMoreQuestionsThanThereAreEndInAnError(t *testing.T) {
	task, err := TaskNamed("qa_2")
	if err != nil {
		t.Fatal(err)
	}
	opts := Default(task, 8192)
	opts.Samples = len(selfMadePairs().Questions) + 1
	_, err = Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
	if err == nil || !strings.Contains(err.Error(), "no more questions") {
		t.Errorf("error %v, want one that says that there are no more questions", err)
	}
}

// askFrom makes a sample of whatever questions a file was found to hold; none may be made, but as an error.
func askFrom(t *testing.T, name string, qa *QA) {
	task, err := TaskNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := OpenSources(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sources.questions[task.Dataset].get(func() (*QA, error) { return qa, nil }); err != nil {
		t.Fatal(err)
	}
	for _, fill := range []bool{false, true} {
		for _, version := range []Version{Head, V2024} {
			opts := Default(task, 512)
			opts.Samples, opts.Fill, opts.Version = 2, fill, version
			err := each(context.Background(), opts, WhiteSpace{}, sources, func(s Sample) error {
				if len(s.Outputs) == 0 || s.Length > opts.Length && version == Head {
					t.Errorf("%d references, %d of %d tokens", len(s.Outputs), s.Length, opts.Length)
				}
				return nil
			})
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %q", err)
			}
		}
	}
}

func FuzzQuestionFilesNeverPanic(f *testing.F) {
	f.Add([]byte(`{"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "q", "is_impossible": false, "answers": [{"text": "a"}]}]}]}]}`))
	f.Add([]byte(`[{"question": "q", "answer": "a", "supporting_facts": [["t", 0]], "context": [["t", ["s"]]]}]`))
	f.Add([]byte(`{"text": "a"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		if qa, err := parseSQuAD(content); err == nil {
			askFrom(t, "qa_1", qa)
		}
		if qa, err := parseHotpotQA(content); err == nil {
			askFrom(t, "qa_2", qa)
		}
		if text, err := parseEssay(content); err == nil && text == "" {
			t.Error("no text and no error")
		}
	})
}
