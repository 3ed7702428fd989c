package words

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

// Pairs is the sorted list of all "adjective-noun". It has six million entries and computes each from its index.
type Pairs struct {
	blocks []block
	nouns  []string
	n      int
}

// block is a range of entries: those of one adjective, in the order of the nouns, or the sorted entries of
// several adjectives where one with its hyphen is a prefix of the others ("blue-" of "blue-eyed-").
type block struct {
	first  int             // index of its first entry
	prefix string          // the adjective with its hyphen
	merged func() []string // the entries of several adjectives; nil for one
}

func newPairs(adjectives, nouns []string) *Pairs {
	nouns = sortedSet(nouns)
	var prefixes []string
	for _, adjective := range adjectives {
		prefixes = append(prefixes, adjective+"-")
	}
	prefixes = sortedSet(prefixes)
	p := &Pairs{nouns: nouns}
	for i := 0; i < len(prefixes); {
		end := i + 1
		for end < len(prefixes) && strings.HasPrefix(prefixes[end], prefixes[i]) {
			end++
		}
		group := prefixes[i:end]
		b := block{first: p.n, prefix: group[0]}
		if len(group) > 1 {
			b.merged = sync.OnceValue(func() []string { return merge(group, nouns) })
		}
		p.blocks = append(p.blocks, b)
		p.n += len(group) * len(nouns)
		i = end
	}
	return p
}

// merge returns the sorted entries of several adjectives.
func merge(prefixes, nouns []string) []string {
	entries := make([]string, 0, len(prefixes)*len(nouns))
	for _, prefix := range prefixes {
		for _, noun := range nouns {
			entries = append(entries, prefix+noun)
		}
	}
	slices.Sort(entries)
	return entries
}

// Len returns the number of entries.
func (p *Pairs) Len() int { return p.n }

// At returns entry i, from 0.
func (p *Pairs) At(i int) string {
	at := sort.Search(len(p.blocks), func(j int) bool { return p.blocks[j].first > i }) - 1
	b := p.blocks[at]
	if b.merged != nil {
		return b.merged()[i-b.first]
	}
	return b.prefix + p.nouns[i-b.first]
}
