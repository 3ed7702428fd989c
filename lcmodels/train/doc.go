// Package train trains architectures on equal terms: the same samples in the same order, one recipe, numbers of
// parameters that agree within one percent. Only the learning rate differs between architectures.
//
// A training step is one graph. The parameters and AdamW's two moments are three long vectors that it updates in
// place: clipping by the global norm is one reduction, a snapshot is three vectors, and a resumed run computes the
// same bits as one that was not interrupted.
package train
