// Package extend names what is done to a trained model, without training it again, so that it reads further than it was
// trained: interventions on decays, step sizes, states, rotary positions and windows. An [Extension] is read from a
// text such as
//
//	dt-scale=0.5
//	rope=yarn:4
//	window=1024+sinks=4
//
// and is applied by lcmodels.WithExtension. A factor of 1 changes nothing, to the bit.
//
//	name         models            what it does
//	dt-scale     Mamba-2           Δ = s · softplus(.)                  MambaExtend (Azizi et al. 2025)
//	a-scale      Mamba-2           A = -s · exp(A_log)                  Mamba Modulation (NeurIPS 2025)
//	a-log-scale  Mamba-2           A = -exp(s · A_log)                  the same, the form of its language models
//	decay-scale  RWKV-6, Griffin   log w = s · log w, log a = s · log a ours, by the idea of a-scale
//	state-norm   Mamba-2, RWKV-6   a head's state h is clipped to ‖h‖ ≤ c, at each token: Stuffed Mamba (Chen et al. 2025),
//	                               for Mamba-2; for RWKV-6 by the same idea
//	rope         rotary attention  pi:F, ntk:F, dynamic:F, yarn:F or llama3:F, see [Rope]
//	window       attention         a query sees its last N keys, itself included
//	sinks        attention         and the first K keys, as StreamingLLM (Xiao et al. 2024): beyond N+K tokens a query stands
//	                               K+N-1 positions behind the first sink, however far it is
//
// In the RG-LRU of Griffin the input's factor sqrt(1-a²) follows the scaled decay, as its equation says. The sources
// differ from their papers in two places, where the papers are followed: mamba_modulation's decoding step leaves the
// scale of A out, and stuffed-mamba multiplies a state that is too large by ‖h‖/c and does so every 128 tokens only.
//
// LongMamba (Ye et al. 2025) and DeciMamba (Ben-Kish et al. 2025) are left out. They choose which tokens of the prompt
// are written to the state by comparing them with all others of the prompt, those behind included. A prompt that is
// read in chunks, continued or forked is not known to its end, so its answers would depend on where it was cut.
package extend
