// Package recall is a retrieval task that tiny models learn in minutes: RULER's needle in a haystack
// (Hsieh et al. 2024) with one token a word. It resembles multi-query associative recall (Arora et al. 2023,
// "Zoology: Measuring and Improving Recall in Efficient Language Models"), with a haystack between the
// pairs of key and value.
//
// Glossary:
//
//	needle      needle KEY VALUE: a marker, one of 16 keys and a value
//	question    query KEY, at the end of the prompt; the answer is the value of that key's needle
//	value       word: one token of 16; number: three digits, a token each
//	haystack    the needles with filler around them
//	filler      essay: a contiguous piece of a text; noise: one sentence repeated; needles: more
//	            needles, with keys that are not asked for
//	vocabulary  the tokens: a word each
//	length      tokens of the prompt and of the answer together
//	depth       percent of the filler before the needle that is asked for
//	distance    tokens between that needle and the question
//
// [Task] makes the samples of one cell, [Retention] asks for one needle at many distances, and [Training]
// makes the rows from which a model learns. A sample depends on the parameters, the seed and its number
// alone.
package recall

// Version changes whenever any sample changes.
const Version = "1"
