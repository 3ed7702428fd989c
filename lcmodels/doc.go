// Package lcmodels holds who is asked: one file an architecture, each a plain Config that knows its
// weights, its state and its graph. The same graph is used for training, for prefill in chunks and
// for decode.
//
// Glossary, with the letters used in shapes:
//
//	B batch           sequences read side by side
//	T time            tokens of a chunk
//	C width           channels of the residual stream (d_model, hidden_size)
//	V vocabulary      stored rows of the embedding
//	H heads, D head dim (attention), P head dim (Mamba-2), K head size (RWKV-6)
//	G groups          of heads that share keys and values (attention) or B and C (Mamba-2)
//	N state dim       Mamba-2's d_state
//	S slots           room of a KV cache, in tokens
//	W window          keys that local attention sees, in tokens
//	R                 width of Griffin's recurrence (lru_width)
//
// A Linear weight is stored [out, in], as in the published checkpoints, and used as x · Wᵀ.
package lcmodels
