package ruler

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"longseq/data/corpus"
	"longseq/data/ruler/punkt"
	"longseq/data/ruler/words"
)

// Sources are the texts that tasks draw from: those built in, or RULER's own from a folder of the
// user's. A file is read when a task first needs it. Sources are safe for concurrent use.
type Sources struct {
	dir       string
	haystack  corpus.Corpus // the user's own; without text the folder's or the built-in essay
	fromDir   *lazy[string] // the folder's essay
	questions map[string]*lazy[*QA]
	lists     map[string]*lazy[*words.Lists] // by version
	many      *lazy[[]string]                // english_words
	splitter  *lazy[*punkt.Model]
}

// lazy is what is read of a file when it is first needed.
type lazy[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (l *lazy[T]) get(read func() (T, error)) (T, error) {
	l.once.Do(func() { l.value, l.err = read() })
	return l.value, l.err
}

// OpenSources returns the sources of a folder with RULER's own files (see FileNames), or the built-in
// ones where dir is empty. A text file as haystack takes the essay's place.
func OpenSources(dir, haystack string) (*Sources, error) {
	if dir != "" {
		info, err := os.Stat(dir)
		if err != nil {
			return nil, fmt.Errorf("open data folder: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("open data folder: %s is not a folder", dir)
		}
	}
	s := &Sources{
		dir:       dir,
		fromDir:   new(lazy[string]),
		questions: map[string]*lazy[*QA]{SQuAD: new(lazy[*QA]), HotpotQA: new(lazy[*QA])},
		lists:     map[string]*lazy[*words.Lists]{words.V220: new(lazy[*words.Lists]), words.V301: new(lazy[*words.Lists])},
		many:      new(lazy[[]string]),
		splitter:  new(lazy[*punkt.Model]),
	}
	if haystack == "" {
		return s, nil
	}
	text, err := corpus.Open(haystack)
	if err != nil {
		return nil, err
	}
	return s.WithHaystack(text), nil
}

// WithHaystack returns the sources with a text in the essay's place.
func (s *Sources) WithHaystack(text corpus.Corpus) *Sources {
	with := *s
	with.haystack = text
	return &with
}

// needs returns the files that a data folder must have for a task.
func (s *Sources) needs(task Task) []string {
	switch {
	case task.Kind == Needles && task.Haystack == Essay && s.haystack.Text == "":
		return []string{EssayFile}
	case task.Kind == Questions:
		return []string{task.Dataset}
	}
	return nil
}

// takes returns the files that a task is made of where the data folder has them, beside those it needs.
func (s *Sources) takes(task Task, version string) []string {
	var files []string
	nouns := NounsFile
	if version == words.V301 {
		nouns = Nouns301File
	}
	switch {
	case task.Kind == CommonWords:
		files = append(files, nouns, AdjectivesFile, VerbsFile, EnglishFile)
	case task.Kind == Needles && (task.Key == Words || task.Value == Words):
		files = append(files, nouns, AdjectivesFile)
	}
	if task.Kind == Needles && task.Haystack == Essay {
		for _, table := range punkt.Tables {
			files = append(files, punktFile+table)
		}
	}
	return files
}

// Check says which file a task needs that the data folder lacks, or which list in it cannot be used.
func (s *Sources) Check(task Task, wonderwords string) error {
	if s.dir == "" {
		return nil
	}
	for _, content := range s.needs(task) {
		if _, err := s.find(content); err != nil {
			return err
		}
	}
	if _, err := s.words(wonderwords); err != nil {
		return err
	}
	if task.Kind == CommonWords {
		_, err := s.english()
		return err
	}
	_, err := s.punkt()
	return err
}

// Files of a data folder, by what they hold.
const (
	EssayFile      = "essay"
	SQuADFile      = SQuAD
	HotpotQAFile   = HotpotQA
	NounsFile      = "wonderwords nouns"
	Nouns301File   = "wonderwords nouns of 3.0.1"
	AdjectivesFile = "wonderwords adjectives"
	VerbsFile      = "wonderwords verbs"
	EnglishFile    = "english_words"
	punktFile      = "punkt " // and the table's name
)

// patterns are the names under which each file is looked for, RULER's own first; ".gz" may follow.
var patterns = withTables(map[string][]string{
	EssayFile:      {"PaulGrahamEssays.json"},
	SQuADFile:      {"squad.json", "squad*.json"},
	HotpotQAFile:   {"hotpotqa.json", "hotpotqa*.json"},
	EnglishFile:    {"english_words.json", "english_words.txt"},
	NounsFile:      {"wonderwords/nounlist.txt"},
	Nouns301File:   {"wonderwords/nounlist-3.0.1.txt", "wonderwords/nounlist.txt"},
	AdjectivesFile: {"wonderwords/adjectivelist.txt"},
	VerbsFile:      {"wonderwords/verblist.txt"},
})

func withTables(patterns map[string][]string) map[string][]string {
	for _, table := range punkt.Tables {
		patterns[punktFile+table] = []string{"punkt_tab_english/" + table}
	}
	return patterns
}

// FileNames returns the names under which a file of the given content is looked for.
func FileNames(content string) []string { return patterns[content] }

// Find returns the path of the file with the given content in the data folder, or an error that
// matches fs.ErrNotExist and says what was looked for.
func (s *Sources) Find(content string) (string, error) {
	for _, pattern := range patterns[content] {
		for _, suffix := range []string{"", ".gz"} {
			found, err := filepath.Glob(filepath.Join(escapeGlob(s.dir), pattern+suffix))
			if err != nil {
				return "", fmt.Errorf("look for %s: %w", pattern, err)
			}
			if len(found) > 0 {
				return found[0], nil
			}
		}
	}
	return "", fmt.Errorf("no %s (plain or .gz) in %s: %w", strings.Join(patterns[content], " or "), s.dir, fs.ErrNotExist)
}

func escapeGlob(dir string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(dir)
}

// essay returns the text that essay haystacks are cut from.
func (s *Sources) essay() (string, error) {
	switch {
	case s.haystack.Text != "":
		return s.haystack.Text, nil
	case s.dir == "":
		return corpus.Opticks().Text, nil
	}
	return s.fromDir.get(func() (string, error) { return load(s, EssayFile, parseEssay) })
}

// qa returns a data set of questions.
func (s *Sources) qa(dataset string) (*QA, error) {
	parse, own := parseSQuAD, selfMadeArticles
	if dataset == HotpotQA {
		parse, own = parseHotpotQA, selfMadePairs
	}
	if s.dir == "" {
		return own(), nil
	}
	return s.questions[dataset].get(func() (*QA, error) { return load(s, dataset, parse) })
}

// find is Find with an error that says what else there is.
func (s *Sources) find(content string) (string, error) {
	path, err := s.Find(content)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w; without a data folder the built-in texts are taken", err)
	}
	return path, err
}

// load finds, reads and parses a file of the data folder.
func load[T any](s *Sources, content string, parse func([]byte) (T, error)) (value T, err error) {
	path, err := s.find(content)
	if err != nil {
		return value, err
	}
	raw, _, err := readFile(path)
	if err != nil {
		return value, fmt.Errorf("read %s: %w", content, err)
	}
	if value, err = parse(raw); err != nil {
		return value, fmt.Errorf("read %s: %w", path, err)
	}
	return value, nil
}

// parseEssay reads {"text": ...}.
func parseEssay(content []byte) (string, error) {
	var file struct{ Text *string }
	if err := unmarshal(content, &file); err != nil {
		return "", err
	}
	if file.Text == nil || strings.TrimSpace(*file.Text) == "" {
		return "", errors.New(`no "text": want {"text": "..."}`)
	}
	return *file.Text, nil
}
