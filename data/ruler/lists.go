package ruler

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"longseq/data/ruler/punkt"
	"longseq/data/ruler/words"
)

// Lists and tables of the data folder take the place of those built in. What belongs together must be
// there together.

// has returns which of the files the data folder has.
func (s *Sources) has(contents ...string) (map[string]string, error) {
	paths := map[string]string{}
	for _, content := range contents {
		if s.dir == "" {
			break
		}
		path, err := s.Find(content)
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

// together is has for files of which all or none must be there.
func (s *Sources) together(contents ...string) (map[string]string, error) {
	paths, err := s.has(contents...)
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
			_, err = s.Find(content)
			break
		}
	}
	return nil, fmt.Errorf("%w, but %s is there; without both the built-in ones are taken", err, there)
}

// words returns wonderwords' lists.
func (s *Sources) words(version string) (*words.Lists, error) {
	if err := words.CheckVersion(version); err != nil {
		return nil, err
	}
	return s.lists[version].get(func() (*words.Lists, error) {
		nouns := NounsFile
		if version == words.V301 {
			nouns = Nouns301File
		}
		paths, err := s.together(nouns, AdjectivesFile, VerbsFile)
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			return words.Wonderwords(version)
		}
		var lists [3][]string
		for i, content := range []string{nouns, AdjectivesFile, VerbsFile} {
			if lists[i], err = load(s, content, parseWords); err != nil {
				return nil, err
			}
		}
		return words.New(version, lists[0], lists[1], lists[2]), nil
	})
}

// english returns what gives english_words: the built-in list is unpacked only where it is used.
func (s *Sources) english() (func() []string, error) {
	paths, err := s.has(EnglishFile)
	if err != nil || len(paths) == 0 {
		return words.English, err
	}
	list, err := s.many.get(func() ([]string, error) { return load(s, EnglishFile, parseEnglish) })
	return func() []string { return list }, err
}

// punkt returns the model that essays are split into sentences with.
func (s *Sources) punkt() (*punkt.Model, error) {
	return s.splitter.get(func() (*punkt.Model, error) {
		var tables []string
		for _, table := range punkt.Tables {
			tables = append(tables, punktFile+table)
		}
		paths, err := s.together(tables...)
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			return punkt.English(), nil
		}
		model, err := punkt.Read(func(table string) ([]byte, error) {
			content, _, err := readFile(paths[punktFile+table])
			return content, err
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", paths[tables[0]], err)
		}
		return model, nil
	})
}

// parseWords reads one word a line.
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

// parseEnglish reads RULER's form, {"0": "a", "1": "aa", ...}, in the order of the file, or one word a line.
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
