package texts

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"longseq/data/corpus"
	"longseq/data/ruler/datafile"
	"longseq/data/ruler/punkt"
	"longseq/data/ruler/words"
)

// File describes one of the texts that samples are made of, and where it was found.
type File struct {
	Name      string   `json:"name"`
	What      string   `json:"what"`
	Tasks     []string `json:"tasks"`
	Names     []string `json:"names,omitempty"` // file names that are looked for, plain or .gz
	Path      string   `json:"path"`            // "built in", the file found, or "" if it is missing
	Published string   `json:"published"`
	Licence   string   `json:"licence"`
	SHA256    string   `json:"sha256,omitempty"` // of the content, unpacked
	// PublishedSHA256 are the digests of the published forms of the file.
	PublishedSHA256 []string `json:"published_sha256,omitempty"`
	Error           string   `json:"error,omitempty"`
}

// AsPublished reports whether the file was found with its published content.
func (f File) AsPublished() bool { return slices.Contains(f.PublishedSHA256, f.SHA256) }

const builtIn = "built in"

// essayTasks are the tasks whose haystack is the essay.
var essayTasks = []string{"niah_single_2", "niah_single_3", "niah_multikey_1", "niah_multivalue", "niah_multiquery"}

// Files returns all texts that samples can be made of.
func (s *Sources) Files() []File {
	opticks, lists := corpus.Opticks(), words.Digests()
	files := []File{
		{Name: "opticks", What: "Newton's Opticks, the essay where no other is given", Tasks: essayTasks, Path: builtIn,
			Published: opticks.Origin, Licence: opticks.Licence, SHA256: opticks.Digest},
		{Name: "self-made questions", What: fmt.Sprintf("%d questions over %d documents about invented towns", len(selfMadeArticles().Questions), len(selfMadeArticles().Documents)),
			Tasks: []string{"qa_1", "qa_2"}, Path: builtIn, Published: "made from a seed by this program", Licence: "none needed"},
		{Name: nounsFile, What: "nouns of version " + words.V220 + "; " + words.V301 + " has four fewer", Tasks: []string{"niah_*", "cwe"}, Path: builtIn,
			Published: wonderwordsPage, Licence: "MIT", SHA256: lists["nounlist.txt"],
			PublishedSHA256: []string{lists["nounlist.txt"]}},
		{Name: adjectivesFile, What: "adjectives of both versions", Tasks: []string{"niah_*", "cwe"}, Path: builtIn,
			Published: wonderwordsPage, Licence: "MIT", SHA256: lists["adjectivelist.txt"],
			PublishedSHA256: []string{lists["adjectivelist.txt"]}},
		{Name: verbsFile, What: "verbs of both versions", Tasks: []string{"cwe"}, Path: builtIn,
			Published: wonderwordsPage, Licence: "MIT", SHA256: lists["verblist.txt"],
			PublishedSHA256: []string{lists["verblist.txt"]}},
		{Name: englishFile, What: "370101 words for lists longer than wonderwords", Tasks: []string{"cwe"}, Path: builtIn,
			Published: "github.com/dwyl/english-words", Licence: "Unlicense", SHA256: lists["english_words.txt"],
			PublishedSHA256: []string{englishJSONSHA256, lists["english_words.txt"]}},
		{Name: essayFile, What: "RULER's essay haystack: essays by Paul Graham", Tasks: essayTasks,
			Published: "RULER's scripts/data/synthetic/json/download_paulgraham_essay.py", Licence: "texts (c) Paul Graham, not to be passed on"},
		{Name: SQuAD, What: "SQuAD 2.0, development set", Tasks: []string{"qa_1"},
			Published: "rajpurkar.github.io/SQuAD-explorer, dev-v2.0.json", Licence: "CC BY-SA 4.0",
			PublishedSHA256: []string{"80a5225e94905956a6446d296ca1093975c4d3b3260f1d6c8f68bc2ab77182d8"}},
		{Name: HotpotQA, What: "HotpotQA, development set with distractors", Tasks: []string{"qa_2"},
			Published: "hotpotqa.github.io, hotpot_dev_distractor_v1.json", Licence: "CC BY-SA 4.0",
			PublishedSHA256: []string{
				"4e9ecb5c8d3b719f624d66b60f8d56bf227f03914f5f0753d6fa1b359d7104ea", // its authors' file
				"e3da074df24e8369009918aa5cdbdd254dadcde4c63f7569d36afd6f2268caa8", // the copy that replaced it when its server was closed
			}},
	}
	tables := punkt.Digests()
	for _, table := range punkt.Tables {
		files = append(files, File{Name: punktFile + table, What: "NLTK's parameters for splitting English into sentences", Tasks: essayTasks, Path: builtIn,
			Published: "github.com/nltk/nltk_data, punkt_tab/english", Licence: "MIT, as in github.com/neurosnap/sentences", SHA256: tables[table],
			PublishedSHA256: []string{tables[table]}})
	}
	for i := range files {
		s.look(&files[i])
	}
	return files
}

const wonderwordsPage = "pypi.org/project/wonderwords"

// englishJSONSHA256 is the digest of RULER's english_words.json, which has the same words as the built-in list.
const englishJSONSHA256 = "affcd6d45fdf3cc843d585c99c97ad615094e760e6c4756b654bab6c73bc2eca"

// look sets the path and the digest of a file of the data folder.
func (s *Sources) look(file *File) {
	file.Names = patterns[file.Name]
	if file.Names == nil || s.dir == "" {
		return
	}
	path, err := s.find(file.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		file.Path = path
		_, file.SHA256, err = datafile.Read(path)
	}
	if err != nil {
		file.Error = err.Error()
	}
}
