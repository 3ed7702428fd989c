package texts

import (
	"fmt"

	"longseq/data/ruler/datafile"
	"longseq/data/ruler/punkt"
	"longseq/data/ruler/words"
)

// Needs says which texts samples are made of.
type Needs struct {
	Essay           bool // the essay, split into sentences
	Pairs           bool // "adjective-noun" of wonderwords
	Words           bool // all words of wonderwords, and english_words
	SQuAD, HotpotQA bool // questions
}

// required returns the contents that a data folder must have.
func (s *Sources) required(needs Needs) []string {
	var contents []string
	if needs.Essay && s.haystack.Text == "" {
		contents = append(contents, essayFile)
	}
	if needs.SQuAD {
		contents = append(contents, SQuAD)
	}
	if needs.HotpotQA {
		contents = append(contents, HotpotQA)
	}
	return contents
}

// optional returns the contents that replace those built in if the data folder has them.
func optional(needs Needs, wonderwords string) []string {
	var contents []string
	if needs.Pairs || needs.Words {
		contents = append(contents, nounsOf(wonderwords), adjectivesFile)
	}
	if needs.Words {
		contents = append(contents, verbsFile, englishFile)
	}
	if needs.Essay {
		for _, table := range punkt.Tables {
			contents = append(contents, punktFile+table)
		}
	}
	return contents
}

// nounsOf returns the content with the nouns of a version of wonderwords.
func nounsOf(wonderwords string) string {
	if wonderwords == words.V301 {
		return nouns301File
	}
	return nounsFile
}

// Check returns an error that names the file that the data folder lacks, or the list in it that cannot be
// used, with a version of wonderwords.
func (s *Sources) Check(needs Needs, wonderwords string) error {
	if s.dir == "" {
		return nil
	}
	for _, content := range s.required(needs) {
		if _, err := s.require(content); err != nil {
			return err
		}
	}
	if _, err := s.Words(wonderwords); err != nil {
		return err
	}
	if needs.Words {
		_, err := s.English()
		return err
	}
	_, err := s.Punkt()
	return err
}

// Digests returns the SHA-256 of everything that the samples are made of and that is not built in, by
// content. A file that the data folder lacks has no digest.
func (s *Sources) Digests(needs Needs, wonderwords string) (map[string]string, error) {
	digests := map[string]string{}
	if needs.Essay && s.haystack.Text != "" {
		digests["haystack"] = s.haystack.Digest
	}
	paths, err := s.paths(append(s.required(needs), optional(needs, wonderwords)...)...)
	if err != nil {
		return nil, err
	}
	for content, path := range paths {
		if _, digests[content], err = datafile.Read(path); err != nil {
			return nil, fmt.Errorf("read %s: %w", content, err)
		}
	}
	return digests, nil
}
