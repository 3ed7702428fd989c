package words

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"strings"
	"sync"
)

//go:embed *.txt.gz
var files embed.FS

// English returns the 370,101 words of RULER's english_words.json in the order of that file. The value is shared
// and must not be changed.
var English = sync.OnceValue(func() []string { return readLines("english_words.txt.gz") })

// readLines returns the lines of an embedded list.
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
	content, err := io.ReadAll(plain)
	if err != nil {
		panic(fmt.Sprintf("words: embedded %s: %v", name, err))
	}
	return Lines(content)
}

// Lines returns the lines of a list without white space at their ends, as wonderwords reads them.
func Lines(content []byte) []string {
	lines := make([]string, 0, bytes.Count(content, []byte("\n"))+1)
	for line := range strings.Lines(string(content)) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n"))
	}
	return lines
}
