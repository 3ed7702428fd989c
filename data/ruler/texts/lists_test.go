package texts

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"longseq/data/ruler/punkt"
	"longseq/data/ruler/words"
	"longseq/internal/shared"
)

func TestTheListsOfADataFolderAreThoseBuiltIn(t *testing.T) {
	t.Run("the files that are built in", func(t *testing.T) {
		files := map[string]string{}
		for pattern, dir := range map[string]string{"../words/english_words.txt.gz": "", "../words/*list.txt.gz": "wonderwords", "../punkt/english/*.gz": "punkt_tab_english"} {
			paths, err := filepath.Glob(pattern)
			if err != nil || len(paths) == 0 {
				t.Fatalf("no %s, error %v", pattern, err)
			}
			for _, path := range paths {
				content, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				files[filepath.Join(dir, filepath.Base(path))] = string(content)
			}
		}
		listsAreThoseBuiltIn(t, folder(t, files))
	})
	t.Run("RULER's own files", func(t *testing.T) { listsAreThoseBuiltIn(t, openShared(t)) })
}

func listsAreThoseBuiltIn(t *testing.T, sources *Sources) {
	for _, version := range []string{words.V220, words.V301} {
		got, err := sources.Words(version)
		if err != nil {
			t.Fatal(err)
		}
		want, err := words.Wonderwords(version)
		if err != nil {
			t.Fatal(err)
		}
		if got == want || !slices.Equal(got.All, want.All) || got.Pairs.Len() != want.Pairs.Len() {
			t.Errorf("%s: %d words, built in are %d", version, len(got.All), len(want.All))
		}
		for i := 0; i < want.Pairs.Len(); i += 997 {
			if got.Pairs.At(i) != want.Pairs.At(i) {
				t.Fatalf("%s: pair %d is %q, built in is %q", version, i, got.Pairs.At(i), want.Pairs.At(i))
			}
		}
	}
	english, err := sources.English()
	if err != nil {
		t.Fatal(err)
	}
	if got := english(); &got[0] == &words.English()[0] || !slices.Equal(got, words.English()) {
		t.Errorf("%d english words, built in are %d", len(got), len(words.English()))
	}
	splitter, err := sources.Punkt()
	if err != nil {
		t.Fatal(err)
	}
	if splitter == punkt.English() || !reflect.DeepEqual(splitter, punkt.English()) {
		t.Error("the folder's Punkt model is not the built-in one, read from it")
	}
}

// folder writes files, by their names, and returns the folder's sources.
func folder(t testing.TB, files map[string]string) *Sources {
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
	sources, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func openShared(t testing.TB) *Sources {
	t.Helper()
	sources, err := Open(shared.Dir(t, "data"), "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func wonderwordsFolder() map[string]string {
	return map[string]string{"wonderwords/nounlist.txt": "cat\npray\ndog\n", "wonderwords/adjectivelist.txt": "red\nblue \n", "wonderwords/verblist.txt": "run\nsit\n"}
}

func TestSentencesAreSplitWithTheFoldersOwnModel(t *testing.T) {
	tables := map[string]string{"PaulGrahamEssays.json": `{"text": "See fig. One. Two."}`}
	for _, table := range punkt.Tables {
		tables["punkt_tab_english/"+table] = ""
	}
	for abbreviations, want := range map[string]int{"": 3, "fig\n": 2} {
		tables["punkt_tab_english/abbrev_types.txt"] = abbreviations
		splitter, err := folder(t, tables).Punkt()
		if err != nil {
			t.Fatal(err)
		}
		if got := splitter.Sentences("See fig. One. Two."); len(got) != want {
			t.Errorf("with %q for abbreviations: %d sentences, want %d", abbreviations, len(got), want)
		}
	}
}

func TestListsThatCannotBeUsedAreOneLine(t *testing.T) {
	with := func(name, content string) map[string]string {
		files := wonderwordsFolder()
		files[name] = content
		return files
	}
	without := wonderwordsFolder()
	delete(without, "wonderwords/verblist.txt")
	tables := map[string]string{"punkt_tab_english/abbrev_types.txt": "", "punkt_tab_english/sent_starters.txt": "",
		"punkt_tab_english/collocations.tab": "", "punkt_tab_english/ortho_context.tab": "a\t2\nb"}
	needle, allWords := Needs{Pairs: true}, Needs{Words: true}
	for name, c := range map[string]struct {
		files map[string]string
		needs Needs
		want  string
	}{
		"a list is missing":     {without, needle, "no wonderwords/verblist.txt (plain or .gz) in "},
		"a line is empty":       {with("wonderwords/nounlist.txt", "cat\n\ndog\n"), needle, "nounlist.txt: line 2 is empty"},
		"a table is missing":    {map[string]string{"punkt_tab_english/ortho_context.tab": "a\t2\n"}, needle, "no punkt_tab_english/abbrev_types.txt"},
		"a table is cut":        {tables, needle, "ortho_context.tab, line 2: \"b\": want two columns"},
		"english has no words":  {with("english_words.json", "{}"), allWords, "english_words.json: no words"},
		"english is cut":        {with("english_words.json", `{"0": "a", "1": `), allWords, "not the JSON it should be"},
		"english has no values": {with("english_words.json", `{"0": 1}`), allWords, `want {"0": "a", "1": "aa", ...}`},
	} {
		t.Run(name, func(t *testing.T) {
			err := folder(t, c.files).Check(c.needs, words.V220)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, c.want)
			}
		})
	}
}

func TestEnglishWordsKeepTheOrderOfTheFile(t *testing.T) {
	for _, content := range []string{`{"0": "b", "10": "a", "2": "c"}`, "b\na\nc\n"} {
		got, err := parseEnglish([]byte(content))
		if err != nil || !slices.Equal(got, []string{"b", "a", "c"}) {
			t.Errorf("%s: %v, error %v", content, got, err)
		}
	}
}

func FuzzListFilesNeverPanic(f *testing.F) {
	f.Add([]byte(`{"0": "a", "1": "aa"}`), "See fig. One.")
	f.Add([]byte("a-b\nc d\n"), "a. B")
	f.Add([]byte("word\t12\n"), "Mr. Word. It is.")
	f.Fuzz(func(t *testing.T, content []byte, text string) {
		if list, err := parseEnglish(content); err == nil {
			lists := words.New(words.V301, list, list, list)
			if n := lists.Pairs.Len(); n > 0 && lists.Pairs.At(n-1) == "" {
				t.Error("the last pair is empty")
			}
		}
		model, err := punkt.Read(func(string) ([]byte, error) { return content, nil })
		if err != nil {
			return
		}
		end := 0
		for _, s := range model.Sentences(text) {
			if s.Start < end || s.End < s.Start || s.End > len(text) {
				t.Fatalf("span %v behind %d in %d bytes", s, end, len(text))
			}
			end = s.End
		}
	})
}
