package words

import (
	"bufio"
	"compress/gzip"
	"embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed *.txt.gz
var files embed.FS

// English returns the 370,101 words of RULER's english_words.json in its order. The value is shared
// and must not be changed.
var English = sync.OnceValue(func() []string { return readLines("english_words.txt.gz") })

// readLines returns the lines of an embedded list, right-stripped as wonderwords reads them.
func readLines(name string) []string {
	file, err := files.Open(name)
	if err != nil {
		panic(fmt.Sprintf("words: embedded %s: %v", name, err))
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		panic(fmt.Sprintf("words: embedded %s: %v", name, err))
	}
	var lines []string
	scanner := bufio.NewScanner(plain)
	for scanner.Scan() {
		lines = append(lines, strings.TrimRight(scanner.Text(), " \t\r"))
	}
	if err := scanner.Err(); err != nil {
		panic(fmt.Sprintf("words: embedded %s: %v", name, err))
	}
	return lines
}
