// Package synthetic holds the small tasks by which the field tells sequence models apart: recall, copying, counting and
// tracking a state, in sequences of tokens without a language. A tiny model learns each from rows that are drawn without
// end, and is then asked at any length.
//
// Glossary:
//
//	kind      a task by its name, with axes
//	axis      a whole number that makes a kind harder or easier, such as the number of pairs
//	row       a sequence to train on, with the tokens on which the loss is taken
//	sample    a sequence that ends in one question; the answer is scored by exact match
//	length    tokens of the prompt and of the answer together
//	depth     percent of the sequence before what is asked for
//	chance    the best score of an answer that does not look at what is asked: the most frequent answer, the answer of
//	          another place, or one of the values that stand in the prompt
//
// A row and a sample depend on the kind, its axes, the seed and their numbers alone. What a loss is taken on, and what a
// model is asked, is the same: where a definition trains on all tokens, the kind's comment says so.
package synthetic

// Version changes whenever any row or sample changes.
const Version = "1"
