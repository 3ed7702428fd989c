// Package data holds what models are asked. Its rooms are corpus (haystacks), recall (needles that
// tiny models learn in minutes), ruler (RULER's 13 tasks) and paper (the paper's tables); they all
// hand out Samples.
package data

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
