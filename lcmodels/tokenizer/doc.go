// Package tokenizer converts text to token ids and back. The ids are those of the models' own tokenizers.
//
// It reads the published files: tokenizer.json of Hugging Face's tokenizers (byte-level BPE of GPT-NeoX, BPE with
// byte fallback of Llama and Gemma, whole words), tokenizer.model of sentencepiece (BPE) and RWKV's World vocabulary.
//
// Terms:
//
//	piece           an entry of the vocabulary: a string, and its id
//	token           a piece in a tokenized text
//	BPE             byte pair encoding: the pieces of a word are merged in pairs, the pair of the lowest rank first
//	byte-level      pieces are made of bytes, each written as a printable character (GPT-2)
//	byte fallback   a character without a piece becomes the pieces <0x00> to <0xFF> of its bytes
//	▁               how sentencepiece writes a space
//	special token   a token such as </s> that is matched in the text as it is
//	added token     a token that is matched in the normalised text
//	BOS, EOS        the tokens that begin a prompt and end an answer
//
// Encoding has up to five steps: split at special tokens; normalise the text between them; split at added tokens;
// split the rest into words; convert each word to pieces. Words are independent of each other, so the pieces of a
// word are computed once and cached.
package tokenizer
