package texts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"longseq/data/ruler/datafile"
	"longseq/data/ruler/punkt"
	"longseq/data/ruler/words"
)

// paths returns the paths of those of the files that the data folder has, by content.
func (s *Sources) paths(contents ...string) (map[string]string, error) {
	paths := map[string]string{}
	for _, content := range contents {
		if s.dir == "" {
			break
		}
		path, err := s.find(content)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		paths[content] = path
	}
	return paths, nil
}

// allOrNone is paths for files that belong together: where the data folder has some of them only, it
// returns an error.
func (s *Sources) allOrNone(contents ...string) (map[string]string, error) {
	paths, err := s.paths(contents...)
	if err != nil || len(paths) == 0 || len(paths) == len(contents) {
		return paths, err
	}
	var there string
	for _, content := range contents {
		if paths[content] != "" {
			there = paths[content]
		}
	}
	for _, content := range contents {
		if paths[content] == "" {
			_, err = s.find(content)
			break
		}
	}
	return nil, fmt.Errorf("%w, but %s is there; without both the built-in ones are taken", err, there)
}

// Words returns the lists of a version of wonderwords.
func (s *Sources) Words(version string) (*words.Lists, error) {
	if err := words.CheckVersion(version); err != nil {
		return nil, err
	}
	return s.lists[version].get(func() (*words.Lists, error) {
		nouns := nounsOf(version)
		paths, err := s.allOrNone(nouns, adjectivesFile, verbsFile)
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			return words.Wonderwords(version)
		}
		var lists [3][]string
		for i, content := range []string{nouns, adjectivesFile, verbsFile} {
			if lists[i], err = load(s, content, parseWords); err != nil {
				return nil, err
			}
		}
		return words.New(version, lists[0], lists[1], lists[2]), nil
	})
}

// English returns a function that returns english_words in their order. The built-in list is unpacked
// only when that function is called.
func (s *Sources) English() (func() []string, error) {
	paths, err := s.paths(englishFile)
	if err != nil || len(paths) == 0 {
		return words.English, err
	}
	list, err := s.english.get(func() ([]string, error) { return load(s, englishFile, parseEnglish) })
	return func() []string { return list }, err
}

// Punkt returns the model that splits essays into sentences.
func (s *Sources) Punkt() (*punkt.Model, error) {
	return s.splitter.get(func() (*punkt.Model, error) {
		var tables []string
		for _, table := range punkt.Tables {
			tables = append(tables, punktFile+table)
		}
		paths, err := s.allOrNone(tables...)
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			return punkt.English(), nil
		}
		model, err := punkt.Read(func(table string) ([]byte, error) {
			content, _, err := datafile.Read(paths[punktFile+table])
			return content, err
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", paths[tables[0]], err)
		}
		return model, nil
	})
}

// parseWords reads a list with one word a line.
func parseWords(content []byte) ([]string, error) {
	list := words.Lines(content)
	if len(list) == 0 {
		return nil, errors.New("no words: want one a line")
	}
	for i, word := range list {
		if word == "" {
			return nil, fmt.Errorf("line %d is empty: want one word a line", i+1)
		}
	}
	return list, nil
}

// parseEnglish reads {"0": "a", "1": "aa", ...}, the form of RULER's english_words.json, or one word a line.
// Words keep the order of the file.
func parseEnglish(content []byte) ([]string, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		return parseWords(content)
	}
	d := json.NewDecoder(bytes.NewReader(content))
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("not the JSON it should be: %w", err)
	}
	var list []string
	for d.More() {
		if _, err := d.Token(); err != nil {
			return nil, fmt.Errorf("not the JSON it should be: %w", err)
		}
		var word string
		if err := d.Decode(&word); err != nil {
			return nil, fmt.Errorf(`not the JSON it should be: %w; want {"0": "a", "1": "aa", ...}`, err)
		}
		list = append(list, word)
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("not the JSON it should be: %w", err)
	}
	if len(list) == 0 {
		return nil, errors.New("no words")
	}
	return list, nil
}
