// Package lcmodels implements six architectures of long sequence models: Mamba-2, Mamba-2 + attention, Transformer++,
// RWKV-6, Griffin and Llama. One file holds one architecture. Its configuration is a plain struct that knows its
// weights, its state and its graph, and its documentation gives its equations: see SSMConfig, MambaSSM.WithAttention,
// AttnConfig, RWKV6, Griffin and Llama. The same graph is used for training, for prefill in chunks and for decoding.
//
// An architecture can be defined in any package and made known by Register. It implements Architecture, in the
// vocabulary that the six are written in: Chunk for tokens and state, Weights and Scope for weights, RMSNorm, Rotate,
// Chunk.Convolve, Chunk.Attend and package ops for the computation. Package longseq/internal/gla is an example.
//
// Letters of axes in shapes, as in package ops:
//
//	B  batch: sequences that are read side by side
//	T  time: tokens of a sequence that are read at once
//	D  model width: channels of the residual stream (d_model, hidden_size)
//	E  inner width: channels of a mixer (expand·d_model in Mamba-2, lru_width in Griffin)
//	V  vocabulary: stored rows of the embedding
//	H  heads
//	G  groups of heads that share keys and values (attention) or B and C (Mamba-2)
//	R  heads of a group: H/G
//	P  head dim: channels of a head
//	N  state dim of a head (Mamba-2's d_state)
//	K  key dim of a head (RWKV-6), where P is the dim of its values
//	S  slots: keys that can be attended to, the room of a KV cache
//	W  window: keys that local attention sees
//	C  chunk: tokens of a sequence that are computed at once
//	Z  chunks of a sequence
//
// A product of x with the weight W of a linear layer is written x · Wᵀ: W is stored [out, in], as in the published
// checkpoints. A product of elements is written *.
package lcmodels
