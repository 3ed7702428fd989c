package lcmodels

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Architecture is a validated configuration that knows its weights, its state and its graph. It holds no tensors:
// a Model does. Optional methods are listed in Attending, Renamed, Trained and Quirky.
type Architecture interface {
	// Name is the short name that plans, records and figures use. It is registered by Register.
	Name() string
	// Validate returns an error that names the first field with an impossible value, the value and the rule.
	Validate() error
	// Vocab is the number of stored rows of the embedding, and the width of the logits.
	Vocab() int
	// Weights lists the tensors of a checkpoint, with their published names and shapes.
	Weights() []WeightSpec
	// LayerState lists what the layers carry from one chunk to the next: see InLayer. StateOf adds what counts
	// positions.
	LayerState() []StateSpec
	// Blocks reads a chunk and returns the last block's normalised output [B, T, D]. Layer i reads and writes its
	// state by chunk.Layer(i). Padding must leave the state unchanged: see Chunk.Keep.
	Blocks(w *Weights, chunk Chunk) *Node
	// Logits maps hidden vectors [..., D] to logits [..., V].
	Logits(w *Weights, hidden *Node) *Node
	// MixerFLOPs counts the floating point operations of the sequence mixers that no weight takes part in, for one
	// sequence of length tokens: attention scores and values, updates and reads of a recurrent state. A
	// multiplication with an addition counts two.
	MixerFLOPs(length int) int64
}

// Hidden reads a chunk and returns the last block's normalised output [B, T, D]. The chunk's state becomes the
// state after it.
func Hidden(a Architecture, w *Weights, chunk Chunk) *Node {
	chunk.enter()
	x := a.Blocks(w, chunk)
	chunk.leave()
	return x
}

// Forward reads a chunk and returns the logits [B, T, V] of every position. The chunk's state becomes the state
// after it.
func Forward(a Architecture, w *Weights, chunk Chunk) *Node {
	return a.Logits(w, Hidden(a, w, chunk))
}

// A configuration with more layers or larger sizes is refused before anything is allocated for it.
const (
	maxLayers = 4096
	maxSize   = 1 << 24
)

// CheckSizes returns an error unless the number of layers is 1 to 4,096 and each size, by the name of its field,
// is 1 to 16,777,216.
func CheckSizes(architecture string, layers int, sizes map[string]int) error {
	if layers < 1 || layers > maxLayers {
		return fmt.Errorf("%s config: the number of layers is %d: must be 1 to %d", architecture, layers, maxLayers)
	}
	var bad []string
	for name, value := range sizes {
		if value < 1 || value > maxSize {
			bad = append(bad, fmt.Sprintf("%s is %d", name, value))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	slices.Sort(bad)
	return fmt.Errorf("%s config: %s: must be 1 to %d", architecture, strings.Join(bad, ", "), maxSize)
}

// CheckTokens returns an error for a token that the architecture has no embedding for. A graph would use the embedding of
// another token without notice.
func CheckTokens(a Architecture, rows [][]int32) error {
	vocab := int32(a.Vocab())
	for b, row := range rows {
		for i, token := range row {
			if token < 0 || token >= vocab {
				return fmt.Errorf("token %d of row %d is %d: the vocabulary is 0 to %d", i, b, token, vocab-1)
			}
		}
	}
	return nil
}
