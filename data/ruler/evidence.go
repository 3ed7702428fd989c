package ruler

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Span is the bytes from Start to End of a text, End excluded.
type Span struct{ Start, End int }

// Evidence returns the parts of the prompt that hold the answer, in the order of the text and without
// overlap: the needles that are asked for, the assignments of the chain, every occurrence of a common or
// frequent word, the answers in the documents.
func (s Sample) Evidence() []Span {
	text := s.Prompt()
	var spans []Span
	switch s.task.Kind {
	case Needles:
		for _, needle := range s.Placed {
			if needle.Asked && needle.Offset >= 0 {
				end := strings.Index(text[needle.Offset:], needle.Value) + len(needle.Value) + len(".")
				spans = append(spans, Span{needle.Offset, needle.Offset + end})
			}
		}
	case Variables:
		for _, name := range s.Outputs {
			spans = append(spans, occurrences(text, 0, `VAR `+regexp.QuoteMeta(name)+` = (?:VAR )?\w+`)...)
		}
	case CommonWords:
		list := strings.LastIndex(text, "\n1. ") // the list that is asked about; the one before is the worked example's
		for _, word := range s.Outputs {
			spans = append(spans, occurrences(text, list, `\d+\. `+regexp.QuoteMeta(word)+`(?:$|\s)`)...)
		}
	case FreqWords:
		for _, word := range s.Outputs {
			spans = append(spans, occurrences(text, 0, `\b`+regexp.QuoteMeta(word)+`\b`)...)
		}
	case Questions:
		for _, answer := range s.Outputs {
			spans = append(spans, occurrences(text, 0, regexp.QuoteMeta(answer))...)
		}
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
	end := 0
	return slices.DeleteFunc(spans, func(s Span) bool {
		overlaps := s.Start < end
		end = max(end, s.End)
		return overlaps
	})
}

// occurrences returns the matches of a pattern in text[from:], without white space at their ends. A negative
// from is 0.
func occurrences(text string, from int, pattern string) []Span {
	var spans []Span
	for _, at := range regexp.MustCompile(pattern).FindAllStringIndex(text[max(from, 0):], -1) {
		start, end := at[0]+max(from, 0), at[1]+max(from, 0)
		spans = append(spans, Span{start, start + len(strings.TrimSpace(text[start:end]))})
	}
	return spans
}

// Part is a part of a shortened text.
type Part struct {
	Text   string
	Marked bool // inside one of the spans
	Gap    bool // text was left out before it
}

// Shorten returns a text without what is far from its beginning, its end and the first maxMarks of the marked
// spans. It keeps around bytes at both ends, and as many about a mark, and cuts between words.
func Shorten(text string, marks []Span, around, maxMarks int) []Part {
	marks = marks[:min(maxMarks, len(marks))]
	keep := []Span{{0, around}, {len(text) - around, len(text)}}
	for _, m := range marks {
		keep = append(keep, Span{m.Start - around/2, m.End + around/2})
	}
	slices.SortFunc(keep, func(a, b Span) int { return a.Start - b.Start })
	var parts []Part
	at := 0
	for _, k := range keep {
		start, end := max(at, word(text, k.Start)), word(text, k.End)
		if start >= end {
			continue
		}
		gap := start > at
		for _, m := range marks {
			if m.Start < start || m.End > end {
				continue
			}
			if m.Start > start {
				parts, gap = append(parts, Part{Text: text[start:m.Start], Gap: gap}), false
			}
			parts, gap = append(parts, Part{Text: text[m.Start:m.End], Marked: true, Gap: gap}), false
			start = m.End
		}
		if start < end {
			parts = append(parts, Part{Text: text[start:end], Gap: gap})
		}
		at = end
	}
	return parts
}

// word returns the end of the word at byte i. Indices outside the text are moved to its ends.
func word(text string, i int) int {
	if i <= 0 {
		return 0
	}
	for i < len(text) && text[i] != ' ' && text[i] != '\n' {
		i++
	}
	return min(i, len(text))
}
