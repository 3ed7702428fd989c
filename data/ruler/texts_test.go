package ruler

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/data/ruler/texts"
	"longseq/data/ruler/words"
)

// folder returns the sources of a folder with the given files, by name.
func folder(t testing.TB, files map[string]string) *texts.Sources {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := texts.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestSamplesAreMadeOfTheFoldersOwnLists(t *testing.T) {
	sources := folder(t, map[string]string{"wonderwords/nounlist.txt": "cat\npray\ndog\n", "wonderwords/adjectivelist.txt": "red\nblue \n", "wonderwords/verblist.txt": "run\nsit\n"})
	task, err := TaskNamed("niah_multikey_2")
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{words.V220: "blue-cat blue-dog blue-pray red-cat red-dog red-pray", words.V301: "blue-cat blue-dog red-cat red-dog"} {
		opts := Default(task, 1024)
		opts.Samples, opts.Wonderwords = 3, version
		samples, err := Generate(context.Background(), opts, WhiteSpace{}, sources)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			if key := s.Placed[0].Key; !slices.Contains(strings.Fields(want), key) {
				t.Errorf("%s: key %q, want one of %s", version, key, want)
			}
		}
		digests, err := sources.Digests(Needs(task), version)
		if err != nil || len(digests) != 2 {
			t.Errorf("%s: digests of %v, error %v, want nouns and adjectives", version, digests, err)
		}
	}
}

// What a file is said to be for is what the tasks need.
func TestFilesNameTheTasksThatAreMadeOfThem(t *testing.T) {
	needs := map[string]func(texts.Needs) bool{
		"opticks":                func(n texts.Needs) bool { return n.Essay },
		"essay":                  func(n texts.Needs) bool { return n.Essay },
		"punkt ":                 func(n texts.Needs) bool { return n.Essay },
		"self-made questions":    func(n texts.Needs) bool { return n.SQuAD || n.HotpotQA },
		"squad":                  func(n texts.Needs) bool { return n.SQuAD },
		"hotpotqa":               func(n texts.Needs) bool { return n.HotpotQA },
		"wonderwords nouns":      func(n texts.Needs) bool { return n.Pairs || n.Words },
		"wonderwords adjectives": func(n texts.Needs) bool { return n.Pairs || n.Words },
		"wonderwords verbs":      func(n texts.Needs) bool { return n.Words },
		"english_words":          func(n texts.Needs) bool { return n.Words },
	}
	for _, file := range builtInSources(t).Files() {
		name := file.Name
		if strings.HasPrefix(name, "punkt ") {
			name = "punkt "
		}
		need := needs[name]
		if need == nil {
			t.Errorf("%s: nothing is known of this file", name)
			continue
		}
		for _, task := range Tasks() {
			said := slices.ContainsFunc(file.Tasks, func(pattern string) bool { ok, _ := filepath.Match(pattern, task.Name); return ok })
			needed := need(Needs(task))
			// niah_* stands for all needle tasks, though the keys and values of one are UUIDs.
			if said != needed && !(said && task.Name == "niah_multikey_3") {
				t.Errorf("%s is said to be for %s: %v, but the task needs it: %v", file.Name, task.Name, said, needed)
			}
		}
	}
}

func TestMoreQuestionsThanThereAreEndInAnError(t *testing.T) {
	task, err := TaskNamed("qa_2")
	if err != nil {
		t.Fatal(err)
	}
	sources := builtInSources(t)
	qa, err := sources.Questions(texts.HotpotQA)
	if err != nil {
		t.Fatal(err)
	}
	opts := Default(task, 8192)
	opts.Samples = len(qa.Questions) + 1
	_, err = Generate(context.Background(), opts, WhiteSpace{}, sources)
	if err == nil || !strings.Contains(err.Error(), "no more questions") {
		t.Errorf("error %v, want one that says that there are no more questions", err)
	}
}

// A file of questions makes samples that fit, or an error of one line.
func FuzzQuestionFilesNeverPanic(f *testing.F) {
	f.Add([]byte(`{"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "q", "is_impossible": false, "answers": [{"text": "a"}]}]}]}]}`))
	f.Add([]byte(`[{"question": "q", "answer": "a", "supporting_facts": [["t", 0]], "context": [["t", ["s"]]]}]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		for name, file := range map[string]string{"qa_1": "squad.json", "qa_2": "hotpotqa.json"} {
			task, err := TaskNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			sources := folder(t, map[string]string{file: string(content)})
			for _, fill := range []bool{false, true} {
				for _, version := range []Version{Head, V2024} {
					opts := Default(task, 512)
					opts.Samples, opts.Fill, opts.Version = 2, fill, version
					err := Each(context.Background(), opts, WhiteSpace{}, sources, func(s Sample) error {
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
	})
}
