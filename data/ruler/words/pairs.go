package words

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

// Pairs is the sorted list of all "adjective-noun". It has six million entries and holds none of
// them: an entry is found from its place.
type Pairs struct {
	blocks []block
	nouns  []string
	n      int
}

// block is a run of entries: those of one adjective, in the nouns' order, or, where one adjective
// begins like another up to a hyphen ("blue", "blue-eyed"), the merged entries of all of these.
type block struct {
	first  int    // place of its first entry
	prefix string // the adjective with its hyphen, where there is only one
	merged func() []string
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

// At returns the entry at place i, from 0.
func (p *Pairs) At(i int) string {
	at := sort.Search(len(p.blocks), func(j int) bool { return p.blocks[j].first > i }) - 1
	b := p.blocks[at]
	if b.merged != nil {
		return b.merged()[i-b.first]
	}
	return b.prefix + p.nouns[i-b.first]
}
