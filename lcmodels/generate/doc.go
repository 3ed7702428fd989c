// Package generate reads prompts with a model and answers them: prefill in chunks with carried state,
// greedy decode, and the log-probability and rank of a right answer.
//
// One graph reads a chunk of tokens for a batch of sequences; it is compiled for the chunk and for
// single tokens, not for lengths. Rows of unequal length share a batch: a row's first chunks are
// partly or wholly empty, and an empty place changes no state, so a row's answer is the same alone and
// in any batch.
package generate
