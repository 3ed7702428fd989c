package words

import (
	"slices"
	"strings"
	"sync"

	"longseq/internal/nearmiss"
)

// Versions of wonderwords. RULER uses the one that is installed; 2.2.0 was the latest until 2025.
const (
	V220 = "2.2.0"
	V301 = "3.0.1"
)

// dropped are the nouns of 2.2.0 that 3.0.1 does not have. The adjectives and verbs are the same. Without these
// nouns every random word differs.
var dropped = []string{"abortion", "brocolli", "idiot", "pray"}

// Lists are the lists that RULER makes of wonderwords.
type Lists struct {
	// All is sorted(set(nouns + adjectives + verbs)).
	All []string
	// Pairs is sorted(set(adjective + "-" + noun)).
	Pairs *Pairs
}

// CheckVersion returns an error for an unknown version of wonderwords.
func CheckVersion(version string) error {
	if version != V220 && version != V301 {
		return nearmiss.Unknown("version of wonderwords", version, []string{V220, V301})
	}
	return nil
}

// Wonderwords returns the embedded lists of a version. The value is shared and must not be changed.
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

// New returns the lists of a version, made of nouns, adjectives and verbs. For 3.0.1 the nouns may be those of
// 2.2.0.
func New(version string, nouns, adjectives, verbs []string) *Lists {
	if version == V301 {
		nouns = slices.DeleteFunc(slices.Clone(nouns), func(noun string) bool { return slices.Contains(dropped, noun) })
	}
	return &Lists{All: sortedSet(slices.Concat(nouns, adjectives, verbs)), Pairs: newPairs(adjectives, nouns)}
}

// sortedSet returns sorted(set(words)). Python compares code points, which is the order of UTF-8 bytes.
func sortedSet(words []string) []string {
	words = slices.Clone(words)
	slices.SortFunc(words, strings.Compare)
	return slices.Compact(words)
}
