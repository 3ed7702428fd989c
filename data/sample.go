// Package data holds what models are asked. Its rooms are corpus (haystacks), recall (needles that
// tiny models learn in minutes), ruler (RULER's 13 tasks) and paper (the paper's tables); they all
// hand out Samples.
package data

import "strings"

// Sample is one prompt with its reference answers, and where in it they stand.
type Sample struct {
	// Number is the sample's place in its cell, from 0. It is never taken from the content:
	// RULER's own index is a character offset, repeats, and loses samples on resumption.
	Number int
	// Prompt is what the model reads; its answer begins right behind it.
	Prompt string
	// Answers are the references, in the order in which the prompt asks for them.
	Answers []string
	// Needles says where in Prompt the needles that hold the answers begin, in bytes.
	Needles []int
	// Variant says how the sample differs from what its task's author would make ("filled"); empty
	// where it does not.
	Variant string
	// MaxNewTokens is the answer's budget in tokens; length counts it.
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
