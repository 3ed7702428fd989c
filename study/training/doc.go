// Package training trains the models of a study on equal terms and records how.
//
//	jobs -> Run -> one worker process a model -> weights, config.json, tokenizer.json, training.json
//
// A [Job] is a model to train; package ablation makes jobs of a plan, and a [Training] is shorthand for the tiny models.
//
// A [Spec] determines a model's weights to the bit on one kind of processor. A run that was interrupted continues from
// its last snapshot to the same bits. A [Record] lies beside the weights as training.json.
//
// A program that imports this package serves training when it is started as a worker: see package worker.
package training
