// Package checkpoint reads the weights of published models, and writes our own.
//
// It understands the forms in which the models' makers published them: safetensors and PyTorch files,
// whole or sharded, in a folder as the Hugging Face Hub lays it out or alone. Files are memory-mapped:
// nothing is copied before it is asked for, and nothing in a file is ever run. A file is checked in full
// when it is opened, so that what cannot be read is refused at once, with one line that names the
// file and the tensor.
package checkpoint
