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

// CheckVersion returns an error that names the versions if there is none of that name.
func CheckVersion(version string) error {
	if version != V220 && version != V301 {
		return fmt.Errorf("wonderwords version %q: want %s or %s", version, V220, V301)
	}
	return nil
}

// Wonderwords returns the embedded lists of one version. The value is shared and must not be changed.
func Wonderwords(version string) (*Lists, error) {
	if version == V301 {
		return v301(), nil
	}
	return v220(), CheckVersion(version)
}

var (
	v220 = sync.OnceValue(func() *Lists { return embedded(V220) })
	v301 = sync.OnceValue(func() *Lists { return embedded(V301) })
)

func embedded(version string) *Lists {
	return New(version, readLines("nounlist.txt.gz"), readLines("adjectivelist.txt.gz"), readLines("verblist.txt.gz"))
}

// New returns the lists of one version. The nouns may be those of 2.2.0 for either.
func New(version string, nouns, adjectives, verbs []string) *Lists {
	if version == V301 {
		nouns = slices.DeleteFunc(slices.Clone(nouns), func(noun string) bool { return slices.Contains(dropped, noun) })
	}
	return &Lists{All: sortedSet(slices.Concat(nouns, adjectives, verbs)), Pairs: newPairs(adjectives, nouns)}
}

// sortedSet is sorted(set(words)): Python compares by code point, which is the byte order of UTF-8.
func sortedSet(words []string) []string {
	words = slices.Clone(words)
	slices.SortFunc(words, strings.Compare)
	return slices.Compact(words)
}
