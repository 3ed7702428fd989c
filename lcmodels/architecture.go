package lcmodels

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Architecture is what every file of this package implements: a validated Config that says which
// weights and which state its graph has. It holds no tensors: a Model does.
type Architecture interface {
	// Name is the architecture's short name, as used in plans, figures and colours.
	Name() string
	// Validate names the first field that makes no sense, its value and the rule.
	Validate() error
	// Vocab is the number of stored rows of the embedding, the width of the logits.
	Vocab() int
	// Weights lists the tensors, named and shaped as in the published checkpoints.
	Weights() []WeightSpec
	// State lists what is carried from one chunk to the next.
	State() []StateSpec
	// Hidden reads a chunk and returns the last block's normalised output [B, T, C].
	// The state is read and written through s, which is nil for a whole sequence from the start.
	Hidden(w *Weights, in Input, s *Carry) *Node
	// Logits maps hidden vectors [..., C] to logits [..., V].
	Logits(w *Weights, hidden *Node) *Node
	// MixerFLOPs counts the multiply-adds, times two, of the sequence mixers of one sequence of
	// length tokens that no weight matrix does: attention scores and values, scan updates and reads.
	MixerFLOPs(length int) int64
}

// Input is one chunk of tokens for each sequence of the batch.
type Input struct {
	// Tokens: int32 [B, T].
	Tokens *Node
	// Valid: int32 [B], how many of the T tokens of each row are real; what stands behind them
	// changes no state. nil means all.
	Valid *Node
	// Probe collects what the layers show, if it is not nil.
	Probe *Probe
}

// batch and time are the dimensions of the chunk.
func (in Input) batch() int { return in.Tokens.Shape().Dim(0) }
func (in Input) time() int  { return in.Tokens.Shape().Dim(1) }

// mask returns [B, T, 1...] of the given rank, true where a token is real, or nil if all are.
func (in Input) mask(rank int) *Node {
	if in.Valid == nil {
		return nil
	}
	shape := in.Tokens.Shape()
	m := LessThan(Iota(in.Tokens.Graph(), shape, 1), ExpandAxes(in.Valid, -1))
	for m.Rank() < rank {
		m = ExpandAxes(m, -1)
	}
	return m
}

// keep returns x [B, T, ...] where a token is real and the constant elsewhere.
func (in Input) keep(x *Node, elsewhere float64) *Node {
	m := in.mask(x.Rank())
	if m == nil {
		return x
	}
	other := BroadcastToShape(Scalar(x.Graph(), x.DType(), elsewhere), x.Shape())
	return Where(BroadcastToDims(m, x.Shape().Dimensions...), x, other)
}

// Forward reads a chunk and returns the logits [B, T, V] of every position; the carried state, if
// there is one, is advanced.
func Forward(a Architecture, w *Weights, in Input, s *Carry) *Node {
	return a.Logits(w, a.Hidden(w, in, s))
}

// Params is the number of values in the weights; tied tensors count once.
func Params(a Architecture) int64 {
	var n int64
	for _, spec := range a.Weights() {
		n += int64(spec.Size())
	}
	return n
}

// StateBytes is what the state of one sequence of length tokens takes, in bytes, with float32
// caches: what a model carries, not what a cache with room to spare occupies.
func StateBytes(a Architecture, length int) int64 {
	var n int64
	for _, spec := range a.State() {
		if !spec.bookkeeping {
			n += int64(spec.size(length)) * 4
		}
	}
	return n
}

// StateRoom is what the state of one sequence occupies, in bytes, with KV caches of slots tokens.
func StateRoom(a Architecture, slots int) int64 {
	var n int64
	for _, spec := range a.State() {
		n += int64(spec.size(slots)) * 4
	}
	return n
}

// wideCopies is how many activations of the widest layer a step holds at a time: a few matrix products' results
// that live side by side, and what their norms and gates make of them.
const wideCopies = 8

// WorkBytes estimates from above what a step that reads time tokens of one sequence holds, in bytes: activations,
// the scores of its attention against keys tokens (0: none are held), and the logits of one position.
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

// FLOPs counts the floating point operations of reading one sequence of length tokens with logits at
// its last position only: two for each weight of a matrix and token, and the mixers' own.
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

// causalPairs is the number of (query, key) pairs of a causal reading of length tokens in which a
// query sees at most window keys (0: all).
func causalPairs(length, window int) int64 {
	n := int64(length)
	if w := int64(window); w > 0 && n > w {
		return w*(w+1)/2 + (n-w)*w
	}
	return n * (n + 1) / 2
}

// Sizes beyond these are of no model: a configuration with them is refused before anything is made of it.
const (
	maxLayers = 4096
	maxSize   = 1 << 24
)

// sizes checks that each named field is at least 1 and of a possible size.
func sizes(architecture string, layers int, fields map[string]int) error {
	if layers < 1 || layers > maxLayers {
		return fmt.Errorf("%s config: the number of layers is %d: must be 1 to %d", architecture, layers, maxLayers)
	}
	var bad []string
	for name, value := range fields {
		if value < 1 || value > maxSize {
			bad = append(bad, fmt.Sprintf("%s is %d", name, value))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fmt.Errorf("%s config: %s: must be 1 to %d", architecture, strings.Join(sorted(bad), ", "), maxSize)
}

// computeDType is the type of everything that is not a dot of weights: float64 if asked for, else float32.
func computeDType(dot dtypes.DType) dtypes.DType {
	if dot == dtypes.Float64 {
		return dtypes.Float64
	}
	return dtypes.Float32
}
