package data

import "strings"

// AnyDepth, in place of a depth in percent, leaves the depths of the needles to the task.
const AnyDepth = -1.0

// Sample is one prompt with its reference answers, and where in it the needles stand.
type Sample struct {
	// Number is the sample's place in its cell, from 0. It is never taken from the content: RULER's own
	// index is a character offset that repeats, and a resumption by it loses samples.
	Number int
	// Prompt is what the model reads. Its answer begins right after it.
	Prompt string
	// Answers are the references, in the order in which the prompt asks for them.
	Answers []string
	// Needles are the byte offsets in Prompt at which the needles with the answers begin.
	Needles []int
	// Variant says how the sample differs from what its task's authors would make ("filled"). It is
	// empty where it does not differ.
	Variant string
	// MaxNewTokens is how many tokens the answer may have. They count towards the length.
	MaxNewTokens int
}

// NeedleLength returns how many bytes of the prompt belong to the needle that begins at the given byte: up to the
// end of the first answer in it.
func (s Sample) NeedleLength(needle int) int {
	text := s.Prompt[needle:]
	end := len(text)
	for _, a := range s.Answers {
		if i := strings.Index(text, a); i >= 0 && i+len(a) < end {
			end = i + len(a)
		}
	}
	return end
}
