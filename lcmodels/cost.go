package lcmodels

// Params is the number of values in the weights. Tied tensors count once.
func Params(a Architecture) int64 {
	var n int64
	for _, spec := range a.Weights() {
		n += int64(spec.Size())
	}
	return n
}

// StateBytes is the size in bytes of the state of one sequence of length tokens in float32. KV caches count as long as
// the sequence, without spare room, and positions do not count.
func StateBytes(a Architecture, length int) int64 {
	var n int64
	for _, spec := range StateOf(a) {
		if !spec.bookkeeping {
			n += int64(spec.size(length)) * 4
		}
	}
	return n
}

// StateRoom is the memory in bytes that the state of one sequence occupies, with KV caches of slots tokens.
func StateRoom(a Architecture, slots int) int64 {
	var n int64
	for _, spec := range StateOf(a) {
		n += int64(spec.size(slots)) * 4
	}
	return n
}

// wideCopies is the number of activations of the widest layer that a step holds at a time: the results of a few
// matrix products, and what their norms and gates compute of them.
const wideCopies = 8

// WorkBytes is an upper estimate of the memory in bytes that a step holds which reads time tokens of one sequence:
// activations, the scores of its attention against keys tokens (0: no scores are held), and the logits of one
// position.
func WorkBytes(a Architecture, time, keys int) int64 {
	widest, scores := 0, int64(0)
	for _, spec := range a.Weights() {
		if spec.role == roleMatrix {
			widest = max(widest, spec.Dims[0])
		}
	}
	if c, ok := a.(Attending); ok && keys > 0 {
		scores = 3 * c.AttentionScores(time, keys)
	}
	return 4 * (wideCopies*int64(widest)*int64(time) + scores + 4*int64(a.Vocab()))
}

// FLOPs counts the floating point operations of reading one sequence of length tokens, with logits at its last
// position only: two for each token and value of a matrix, and those of the mixers.
func FLOPs(a Architecture, length int) int64 {
	var perToken, head int64
	for _, spec := range a.Weights() {
		switch {
		case spec.role == roleMatrix:
			perToken += 2 * int64(spec.Size())
		case spec.role == roleHead || spec.role == roleTiedEmbedding:
			head += 2 * int64(spec.Size())
		}
	}
	return perToken*int64(length) + head + a.MixerFLOPs(length)
}

// CausalPairs is the number of pairs of a query and a key in a causal reading of length tokens in which a query sees at
// most window keys (0: all).
func CausalPairs(length, window int) int64 {
	n := int64(length)
	if w := int64(window); w > 0 && n > w {
		return w*(w+1)/2 + (n-w)*w
	}
	return n * (n + 1) / 2
}

// attendedPairs is CausalPairs with sinks behind the window.
func attendedPairs(length, window, sinks int) int64 {
	n := CausalPairs(length, window)
	if window == 0 {
		return n
	}
	for s := range min(sinks, length) {
		n += int64(max(0, length-window-s))
	}
	return n
}

// attendedKeys is how many keys a chunk of time tokens is compared with, of keys that were read before.
func attendedKeys(time, keys, window, sinks int) int {
	if window == 0 {
		return keys
	}
	return min(keys, window) + time + sinks
}
