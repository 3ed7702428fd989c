// Package ops computes the recurrences of sequence models as nodes of a graph.
//
//	letter  meaning                                            symbol in the papers
//	B       batch
//	T       time, in tokens                                    T (Mamba-2), L
//	C       chunk, in tokens                                   Q
//	D       channel                                            D
//	H       head                                               H
//	P       width of a head of the input                       P (head dim)
//	G       group of heads that share b and c                  G
//	N       width of the state of a head                       N (state dim)
//	K, V    width of a head of the keys, of the values
//	a       decay of one step, between 0 and 1                 a, A-bar
//	logA    its logarithm, at most 0                           Δ·A
//	logW    logarithm of the decay of one channel, at most 0   log w
//	u       bonus of the present token                         u (RWKV-6)
//	s0, h0  state before the first token
//	last    state after the last token
//
// Every recurrence has the same shape: inputs, decay, state before -> outputs, state after. A sequence may
// be cut anywhere: the state after the first part is the state before the second. T is any length; T = 1
// is a decode step, computed by the plain formula.
//
// Values are computed in float32, or in float64 where the first input is float64, whatever the inputs'
// type; outputs come back in the first input's type, states in the type of the computation. Logarithms of
// decays must be at most 0; in float32 what is below -30 counts as -30, since exp(-30) is below 1e-13.
// Every exponent that is used is at most 0, so nothing overflows, forward or backward.
package ops
