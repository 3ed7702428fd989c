package texts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"longseq/data/corpus"
	"longseq/data/ruler/datafile"
	"longseq/data/ruler/punkt"
	"longseq/data/ruler/words"
)

// Data sets of questions.
const (
	SQuAD    = "squad"
	HotpotQA = "hotpotqa"
)

// Sources are the texts that samples are drawn from. A file is read when it is first needed. Sources are
// safe for concurrent use.
type Sources struct {
	dir       string
	haystack  corpus.Corpus // the user's own; without text it is the folder's or the built-in essay
	dirEssay  *lazy[string]
	questions map[string]*lazy[*QA]          // by data set
	lists     map[string]*lazy[*words.Lists] // by version of wonderwords
	english   *lazy[[]string]
	splitter  *lazy[*punkt.Model]
}

// lazy is a value that is read from a file when it is first needed.
type lazy[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (l *lazy[T]) get(read func() (T, error)) (T, error) {
	l.once.Do(func() { l.value, l.err = read() })
	return l.value, l.err
}

// Open returns the sources of a folder with RULER's own files, or those built in if dir is empty. A text
// file as haystack replaces the essay; haystack may be empty.
func Open(dir, haystack string) (*Sources, error) {
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
		dirEssay:  new(lazy[string]),
		questions: map[string]*lazy[*QA]{SQuAD: new(lazy[*QA]), HotpotQA: new(lazy[*QA])},
		lists:     map[string]*lazy[*words.Lists]{words.V220: new(lazy[*words.Lists]), words.V301: new(lazy[*words.Lists])},
		english:   new(lazy[[]string]),
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

// WithHaystack returns the sources with another text in place of the essay.
func (s *Sources) WithHaystack(text corpus.Corpus) *Sources {
	with := *s
	with.haystack = text
	return &with
}

// Essay returns the text that essay haystacks are cut from.
func (s *Sources) Essay() (string, error) {
	switch {
	case s.haystack.Text != "":
		return s.haystack.Text, nil
	case s.dir == "":
		return corpus.Opticks().Text, nil
	}
	return s.dirEssay.get(func() (string, error) { return load(s, essayFile, parseEssay) })
}

// Questions returns a data set of questions, SQuAD or HotpotQA.
func (s *Sources) Questions(dataset string) (*QA, error) {
	parse, own := parseSQuAD, selfMadeArticles
	if dataset == HotpotQA {
		parse, own = parseHotpotQA, selfMadePairs
	}
	if s.dir == "" {
		return own(), nil
	}
	return s.questions[dataset].get(func() (*QA, error) { return load(s, dataset, parse) })
}

// Contents of a data folder's files. The data sets of questions are files too.
const (
	essayFile      = "essay"
	nounsFile      = "wonderwords nouns"
	nouns301File   = "wonderwords nouns of 3.0.1"
	adjectivesFile = "wonderwords adjectives"
	verbsFile      = "wonderwords verbs"
	englishFile    = "english_words"
	punktFile      = "punkt " // and the table's name
)

// patterns are the file names that each content is looked for under, RULER's own first. Each name may be
// followed by ".gz".
var patterns = withTables(map[string][]string{
	essayFile:      {"PaulGrahamEssays.json"},
	SQuAD:          {"squad.json", "squad*.json"},
	HotpotQA:       {"hotpotqa.json", "hotpotqa*.json"},
	englishFile:    {"english_words.json", "english_words.txt"},
	nounsFile:      {"wonderwords/nounlist.txt"},
	nouns301File:   {"wonderwords/nounlist-3.0.1.txt", "wonderwords/nounlist.txt"},
	adjectivesFile: {"wonderwords/adjectivelist.txt"},
	verbsFile:      {"wonderwords/verblist.txt"},
})

func withTables(patterns map[string][]string) map[string][]string {
	for _, table := range punkt.Tables {
		patterns[punktFile+table] = []string{"punkt_tab_english/" + table}
	}
	return patterns
}

// find returns the path of the file with the given content in the data folder. Where there is none the
// error matches fs.ErrNotExist and names the files looked for.
func (s *Sources) find(content string) (string, error) {
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

// require is find for a file that has no substitute among the texts built in.
func (s *Sources) require(content string) (string, error) {
	path, err := s.find(content)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w; without a data folder the built-in texts are taken", err)
	}
	return path, err
}

// load finds, reads and parses a file of the data folder.
func load[T any](s *Sources, content string, parse func([]byte) (T, error)) (value T, err error) {
	path, err := s.require(content)
	if err != nil {
		return value, err
	}
	raw, _, err := datafile.Read(path)
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
	if err := datafile.UnmarshalJSON(content, &file); err != nil {
		return "", err
	}
	if file.Text == nil || strings.TrimSpace(*file.Text) == "" {
		return "", errors.New(`no "text": want {"text": "..."}`)
	}
	return *file.Text, nil
}
