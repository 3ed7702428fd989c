// Package ops computes the operations that a sequence model is made of as nodes of a graph.
//
// Letters of axes in shapes, here and in package lcmodels:
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
//	S  slots: keys that can be attended to
//	W  window: keys that local attention sees
//	C  chunk: tokens of a sequence that are computed at once (Q in the Mamba-2 paper)
//	Z  chunks of a sequence
//
// Symbols in formulas, with the letters of the papers:
//
//	h      state of a recurrence: Start before the first token, last after the last one
//	a      decay of one step, between 0 and 1; logA its logarithm, at most 0 (Mamba-2: Δ·A)
//	w      decay of one step and channel of RWKV-6, between 0 and 1; logW its logarithm
//	u      RWKV-6's bonus for the present token (time_faaaa)
//	Δ, dt  step size of Mamba-2
//
// The operations:
//
//	Linear       h[t] = a[t] h[t-1] + b[t]                                   Griffin's RG-LRU
//	SSD          h[t] = a[t] h[t-1] + Δ[t] x[t] ⊗ b[t], y[t] = h[t] · c[t]   Mamba-2
//	WKV6         h[t] = diag(w[t]) h[t-1] + k[t] ⊗ v[t], with a bonus        RWKV-6
//	Convolution  causal, depthwise and short, with or without SiLU           Mamba-2, Griffin
//	Attention    softmax(q·k) v over the keys that a query sees              Transformers
//	Matmul       products with matrices that are stored in 16 bits
//
// Norms (norm.go), activations (activation.go), rotary positions (rotary.go) and slices of the last axis (split.go) are
// plain graphs.
//
// A recurrence takes its inputs and the state before them, and returns its outputs and the state after them, so that a
// sequence can be cut anywhere. T is any length; one token (T = 1, a decode step) is computed by the formula itself in
// every form. A Form says how the others are computed. Each operation of the table is a loop in package naive, which every
// form of it is compared with.
//
// A kernel gives the same bits for any number of threads and processes, forward and backward: the order of its sums depends
// on shapes alone. Those for AVX-512 cut some sums into 16 parts, those for AVX2 into 8, and other forms sum in other
// orders: between them values differ by rounding.
//
// Values are computed in float32, or in float64 where the first input is float64. Outputs have the first input's type,
// states the type of the computation. In float32 a logarithm of a decay below -30 counts as -30, since exp(-30) is
// below 1e-13. No exponent is above 0, so nothing overflows, forward or backward.
package ops
