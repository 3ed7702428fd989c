// Package train trains the six architectures on equal terms: the same samples in the same order, one
// recipe, parameters matched within one percent; only the learning rate differs, and is stated.
//
// A training step is one graph with three long vectors, the parameters and AdamW's two moments,
// which are updated in place: a clip by the global norm is one reduction, a snapshot is three vectors,
// and a resumed run goes on to the same bits.
package train
