// Package corpus holds the texts that needles are hidden in, with the origin of each. Newton's Opticks is
// built in; [Open] reads a text of the user's.
package corpus

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"unicode/utf8"

	"longseq/internal/input"
)

// Corpus is one text with its origin.
type Corpus struct {
	Name    string // short: "opticks", or the file's name
	Origin  string // who wrote and who transcribed it, or the file's path
	Licence string // "public domain", or "unknown" for the user's own
	Text    string // UTF-8
	Digest  string // SHA-256 of Text, in hexadecimal digits
}

//go:embed Isaac.Newton-Opticks.txt
var opticks string

// Opticks returns Newton's Opticks in its fourth edition, about 100,000 words. It is the haystack where the
// user gives none.
func Opticks() Corpus { return built() }

var built = sync.OnceValue(func() Corpus {
	return Corpus{
		Name: "opticks",
		Origin: "Isaac Newton, Opticks, 4th edition, London 1730; transcribed by Distributed Proofreaders" +
			" (pgdp.net); from the Go source tree, src/testdata/Isaac.Newton-Opticks.txt",
		Licence: "public domain",
		Text:    opticks,
		Digest:  digest(opticks),
	}
})

// maxBytes bounds a text, so that a device or a wrong file cannot fill the memory. It is about 40 million
// words.
const maxBytes = 1 << 28

// Open reads the text file at path, or returns Opticks if path is empty. It returns an error for a file that
// cannot be read, has nothing but white space, or is not UTF-8 text.
func Open(path string) (Corpus, error) {
	if path == "" {
		return Opticks(), nil
	}
	raw, err := input.Read(path, maxBytes)
	if err != nil {
		return Corpus{}, fmt.Errorf("open corpus: %w", err)
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	if err := check(text); err != nil {
		return Corpus{}, fmt.Errorf("open corpus %s: %w", path, err)
	}
	return Corpus{
		Name:    filepath.Base(path),
		Origin:  path,
		Licence: "unknown",
		Text:    text,
		Digest:  digest(text),
	}, nil
}

// check says why text cannot be a haystack: it is empty, not UTF-8, or has control characters of a binary
// file.
func check(text string) error {
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("the file is empty; want a text")
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return fmt.Errorf("not UTF-8 text (byte 0x%02x at offset %d); want a plain text file", text[i], i)
			}
		}
		if r < '\a' || '\r' < r && r < 0x1a { // 0x1a ends DOS files; 0x1c to 0x1f are white space in Python
			return fmt.Errorf("not a text (control character 0x%02x at offset %d); want a plain text file", r, i)
		}
	}
	return nil
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
