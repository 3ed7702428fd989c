// Package tokenizer turns text into token ids and back, exactly as the models' own tokenizers do.
//
// It reads the files that lie beside the models' weights: tokenizer.json (byte-level BPE of GPT-NeoX, BPE
// with byte fallback of Llama and Gemma, whole words), tokenizer.model (sentencepiece BPE) and the RWKV
// World vocabulary.
//
// A text goes through these steps, some of which a tokenizer may lack: special tokens are cut out; what lies
// between is normalised; added tokens are cut out; what lies between is cut into words; each word becomes
// pieces. Words are independent, so that a word's pieces are found once and remembered.
package tokenizer
