package punkt

import "strings"

// containsBreak reports whether a sentence ends within context, a word with its mark and the token after it:
// whether any token but the last is a break.
func (p *Model) containsBreak(context string) bool {
	var tokens []token
	for line := range strings.SplitSeq(context, "\n") {
		eachWord(line, func(word string) { tokens = append(tokens, p.newToken(word)) })
	}
	for i := range len(tokens) - 1 {
		if p.reconsider(&tokens[i], &tokens[i+1]); tokens[i].breaks {
			return true
		}
	}
	return false
}

// reconsider is the second pass of Punkt over a token and the next: collocations, abbreviations that end a
// sentence, initials and ordinals that do not (Kiss & Strunk 2006, section 4; _second_pass_annotation in NLTK).
func (p *Model) reconsider(t, next *token) {
	if !strings.HasSuffix(t.text, ".") {
		return
	}
	kind, nextKind := t.kindWithoutStop(), next.kindWithoutBreak()
	if p.collocations[[2]string{kind, nextKind}] {
		t.breaks = false
		return
	}
	initial, begins := t.isInitial(), p.beginsSentence(next)
	if (t.abbr || t.ellipsis) && !initial {
		if begins == yes || next.startsUpper() && p.starters[nextKind] {
			t.breaks = true
			return
		}
	}
	if initial || kind == "##number##" {
		if begins == no || begins == unknown && initial && next.startsUpper() && p.orthography[nextKind]&anyLower == 0 {
			t.breaks = false
		}
	}
}

// verdict is the answer of the orthographic heuristic.
type verdict int

const (
	unknown verdict = iota
	yes
	no
)

// beginsSentence is the orthographic heuristic: it reports whether t begins a sentence, by the case of its first
// letter and by the cases in which the word occurred in training.
func (p *Model) beginsSentence(t *token) verdict {
	if len(t.text) == 1 && strings.Contains(";:,.!?", t.text) {
		return no
	}
	seen := p.orthography[t.kindWithoutBreak()]
	switch {
	case t.startsUpper() && seen&anyLower != 0 && seen&middleUpper == 0:
		return yes
	case t.startsLower() && (seen&anyUpper != 0 || seen&beginningLower == 0):
		return no
	}
	return unknown
}
