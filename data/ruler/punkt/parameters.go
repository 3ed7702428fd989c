package punkt

import (
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

//go:embed english
var english embed.FS

// Flags of the contexts in which a word occurred in the training text: at the beginning of a sentence, in its
// middle or unknown, in upper or lower case.
const (
	beginningUpper = 1 << 1
	middleUpper    = 1 << 2
	unknownUpper   = 1 << 3
	beginningLower = 1 << 4
	middleLower    = 1 << 5
	unknownLower   = 1 << 6

	anyUpper = beginningUpper | middleUpper | unknownUpper
	anyLower = beginningLower | middleLower | unknownLower
)

// Model is a trained Punkt model. It is safe for concurrent use.
type Model struct {
	abbreviations map[string]bool
	starters      map[string]bool    // words that often begin a sentence
	collocations  map[[2]string]bool // pairs of words that a full stop does not separate
	orthography   map[string]int     // flags of the contexts in which a word occurred
}

// Tables are the files of a model in nltk_data's punkt_tab form.
var Tables = []string{"abbrev_types.txt", "sent_starters.txt", "collocations.tab", "ortho_context.tab"}

// Read returns the model with the tables that read returns by name. An error names the table and the line.
func Read(read func(table string) ([]byte, error)) (*Model, error) {
	p := &Model{
		abbreviations: map[string]bool{},
		starters:      map[string]bool{},
		collocations:  map[[2]string]bool{},
		orthography:   make(map[string]int, 20366),
	}
	take := []func(line string) error{
		func(line string) error { p.abbreviations[line] = true; return nil },
		func(line string) error { p.starters[line] = true; return nil },
		func(line string) error {
			first, second, ok := strings.Cut(line, "\t")
			p.collocations[[2]string{first, second}] = true
			return columns(ok, line)
		},
		func(line string) error {
			word, number, ok := strings.Cut(line, "\t")
			flags, err := strconv.Atoi(number)
			p.orthography[word] = flags
			return columns(ok && err == nil, line)
		},
	}
	for i, table := range Tables {
		content, err := read(table)
		if err != nil {
			return nil, err
		}
		number := 0
		for line := range strings.Lines(string(content)) {
			number++
			if err := take[i](strings.TrimRight(line, "\r\n")); err != nil {
				return nil, fmt.Errorf("%s, line %d: %w", table, number, err)
			}
		}
	}
	return p, nil
}

// columns returns an error unless ok.
func columns(ok bool, line string) error {
	if !ok {
		return fmt.Errorf("%.40q: want two columns with a tab between, as in nltk_data's punkt_tab", line)
	}
	return nil
}

// English returns NLTK's model of English.
var English = sync.OnceValue(func() *Model {
	p, err := Read(embedded)
	if err != nil {
		panic("punkt: embedded " + err.Error())
	}
	return p
})

// Digests returns the SHA-256 of each built-in table, unpacked, by name.
func Digests() map[string]string {
	sums := map[string]string{}
	for _, table := range Tables {
		content, err := embedded(table)
		if err != nil {
			panic("punkt: embedded " + err.Error())
		}
		sums[table] = fmt.Sprintf("%x", sha256.Sum256(content))
	}
	return sums
}

// embedded reads a built-in table.
func embedded(table string) ([]byte, error) {
	file, err := english.Open("english/" + table + ".gz")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", table, err)
	}
	return io.ReadAll(plain)
}
