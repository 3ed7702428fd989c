package words

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Versions of wonderwords. RULER takes whichever is installed; 2.2.0 was current until 2025.
const (
	V220 = "2.2.0"
	V301 = "3.0.1"
)

// dropped are the nouns of 2.2.0 that 3.0.1 no longer has; its other two lists are the same. Every
// key made of words and every sample of common words differs for it.
var dropped = []string{"abortion", "brocolli", "idiot", "pray"}

// Lists are wonderwords' lists as RULER uses them.
type Lists struct {
	// All is sorted(set(nouns + adjectives + verbs)).
	All []string
	// Pairs is sorted(set(adjective + "-" + noun)).
	Pairs *Pairs
}

// Wonderwords returns the lists of one version. The value is shared and must not be changed.
func Wonderwords(version string) (*Lists, error) {
	switch version {
	case V220:
		return v220(), nil
	case V301:
		return v301(), nil
	}
	return nil, fmt.Errorf("wonderwords version %q: want %s or %s", version, V220, V301)
}

var (
	v220 = sync.OnceValue(func() *Lists { return newLists(nil) })
	v301 = sync.OnceValue(func() *Lists { return newLists(dropped) })
)

func newLists(without []string) *Lists {
	nouns := slices.DeleteFunc(readLines("nounlist.txt.gz"), func(noun string) bool {
		return slices.Contains(without, noun)
	})
	adjectives := readLines("adjectivelist.txt.gz")
	return &Lists{
		All:   sortedSet(slices.Concat(nouns, adjectives, readLines("verblist.txt.gz"))),
		Pairs: newPairs(adjectives, nouns),
	}
}

// sortedSet is sorted(set(words)): Python compares by code point, which is the byte order of UTF-8.
func sortedSet(words []string) []string {
	words = slices.Clone(words)
	slices.SortFunc(words, strings.Compare)
	return slices.Compact(words)
}
