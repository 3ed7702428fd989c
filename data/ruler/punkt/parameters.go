package punkt

import (
	"bufio"
	"compress/gzip"
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed english
var english embed.FS

// Flags of a word's orthographic context: how it was seen in the training text.
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

// parameters is a trained Punkt model; its words are in lower case.
type parameters struct {
	abbreviations map[string]bool
	starters      map[string]bool    // words that often begin a sentence
	collocations  map[[2]string]bool // pairs that a full stop does not part
	orthography   map[string]int     // flags of the contexts in which a word was seen
}

var englishParameters = sync.OnceValue(func() *parameters {
	p := &parameters{
		abbreviations: map[string]bool{},
		starters:      map[string]bool{},
		collocations:  map[[2]string]bool{},
		orthography:   make(map[string]int, 20366),
	}
	eachLine("abbrev_types.txt", func(line string) { p.abbreviations[line] = true })
	eachLine("sent_starters.txt", func(line string) { p.starters[line] = true })
	eachLine("collocations.tab", func(line string) {
		first, second, _ := strings.Cut(line, "\t")
		p.collocations[[2]string{first, second}] = true
	})
	eachLine("ortho_context.tab", func(line string) {
		word, number, _ := strings.Cut(line, "\t")
		flags, err := strconv.Atoi(number)
		if err != nil {
			panic(fmt.Sprintf("punkt: embedded context of %q: %v", word, err))
		}
		p.orthography[word] = flags
	})
	return p
})

// eachLine calls f with every line of an embedded table.
func eachLine(name string, f func(line string)) {
	file, err := english.Open("english/" + name + ".gz")
	if err != nil {
		panic("punkt: embedded " + name + ": " + err.Error())
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		panic("punkt: embedded " + name + ": " + err.Error())
	}
	lines := bufio.NewScanner(plain)
	for lines.Scan() {
		f(lines.Text())
	}
	if err := lines.Err(); err != nil {
		panic("punkt: embedded " + name + ": " + err.Error())
	}
}
