// Package generate reads prompts with a model and answers them. Prompts are read in chunks with carried state
// (prefill), answers are decoded greedily, and the log-probability and rank of a right answer can be measured.
//
// One graph reads a chunk of tokens for a batch of sequences. It is compiled once for the size of a chunk and once
// for single tokens, whatever the length of the prompts. Rows of unequal length share a batch: a row that has
// ended is padded, and padding leaves the state unchanged. So the answer of a row is the same alone and in any
// batch.
package generate
