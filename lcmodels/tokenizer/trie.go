package tokenizer

import (
	"bytes"
	"slices"
	"strings"
)

// trie is a prefix tree of strings with ids. It finds the longest of them that a text begins with. The children of a
// node have consecutive indices, so that a child is found by a search in labels. A nil trie is empty.
type trie struct {
	nodes  []trieNode
	labels []byte    // by node: the byte on the edge to it
	starts [256]bool // the first bytes of the strings
}

type trieNode struct {
	id    int32 // of the string that ends here, or None
	first int32 // index of the first child
	n     int32 // number of children
}

// newTrie returns a trie of the strings that are not empty, nil if there are none.
func newTrie(ids map[string]int32) *trie {
	keys := make([]string, 0, len(ids))
	for key := range ids {
		if key != "" {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	slices.Sort(keys)
	t := &trie{nodes: []trieNode{{id: None}}, labels: []byte{0}}
	type pending struct {
		node  int
		keys  []string // the strings of its subtree
		depth int
	}
	queue := []pending{{0, keys, 0}}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if len(p.keys[0]) == p.depth {
			t.nodes[p.node].id = ids[p.keys[0]]
			p.keys = p.keys[1:]
		}
		t.nodes[p.node].first = int32(len(t.nodes))
		for len(p.keys) > 0 {
			label := p.keys[0][p.depth]
			same := 1
			for same < len(p.keys) && p.keys[same][p.depth] == label {
				same++
			}
			queue = append(queue, pending{len(t.nodes), p.keys[:same], p.depth + 1})
			t.nodes = append(t.nodes, trieNode{id: None})
			t.labels = append(t.labels, label)
			t.nodes[p.node].n++
			p.keys = p.keys[same:]
		}
	}
	for _, key := range keys {
		t.starts[key[0]] = true
	}
	return t
}

// longest returns the id and the length in bytes of the longest string that text begins with. The length is 0 if there
// is none.
func (t *trie) longest(text string) (id int32, n int) {
	node := t.nodes[0]
	for i := range len(text) {
		child := bytes.IndexByte(t.labels[node.first:node.first+node.n], text[i])
		if child < 0 {
			break
		}
		node = t.nodes[int(node.first)+child]
		if node.id != None {
			id, n = node.id, i+1
		}
	}
	return id, n
}

// cut splits text at the strings of the trie, from left to right, at each position the longest. It calls token for
// each string and between for the text between them.
func (t *trie) cut(text string, token func(id int32), between func(text string)) {
	from := 0
	if t != nil {
		for i := 0; i < len(text); {
			if !t.starts[text[i]] {
				i++
				continue
			}
			id, n := t.longest(text[i:])
			if n == 0 {
				i++
				continue
			}
			if i > from {
				between(text[from:i])
			}
			token(id)
			i += n
			from = i
		}
	}
	if from < len(text) {
		between(text[from:])
	}
}

// append implements model: it appends the longest piece again and again. A byte without a piece is left out.
func (t *trie) append(dst []int32, text string) []int32 {
	for len(text) > 0 {
		id, n := t.longest(text)
		if n == 0 {
			text = text[1:]
			continue
		}
		dst = append(dst, id)
		text = text[n:]
	}
	return dst
}

// underline writes spaces as sentencepiece does.
func underline(text string) string { return strings.ReplaceAll(text, " ", space) }

// space is sentencepiece's spelling of a space.
const space = "▁"
