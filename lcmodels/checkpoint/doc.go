// Package checkpoint reads the weights of published models, and writes safetensors files.
//
// It reads safetensors files and PyTorch files, in one file or in shards, from a folder as the Hugging Face hub
// lays it out or from a single path. Files are memory-mapped, and values are copied only when they are read.
// Pickles are interpreted, never executed. Open checks a file completely; its errors are one line that names the
// file and the tensor.
//
// Terms:
//
//	tensor      a named array of numbers: a type, a shape and values
//	storage     a run of values of one type; in PyTorch's files several tensors may share one
//	view        a tensor as a part of a storage: an offset and a stride for each dimension, in values
//	row by row  the order in which the last index changes fastest ("C order", contiguous in PyTorch)
//	shard       one of several files that together hold a checkpoint; an index names the shard of each tensor
package checkpoint
