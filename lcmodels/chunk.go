package lcmodels

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/ops"
)

// Chunk is one chunk of tokens for each sequence of a batch, and the state before it.
type Chunk struct {
	// Tokens int32 [B, T].
	Tokens *Node
	// Valid int32 [B] is how many of the T tokens of each row are real. The rest is padding, which leaves the state
	// unchanged. nil means that all are real.
	Valid *Node
	// State is the state before the chunk, which Hidden replaces by the state after it. nil means that the chunk is
	// whole sequences from the start, whose state is not needed: so it is in training.
	State *Carry
	// Passed is the recurrent state that whole sequences begin with in training, which Hidden replaces by the one that they end
	// with: see PassedState. The sequences then are at the position of a second chunk as long as they are. nil means that they
	// begin with zeros. It has no effect beside State.
	Passed *Carry
	// Probe collects attention and decay of the layers, if it is not nil.
	Probe *Probe

	layer int
}

// Layer is the chunk as layer i reads it: Get, Set and the other methods that use a state take that of the layer.
func (c Chunk) Layer(i int) Chunk {
	c.layer = i
	return c
}

// Batch is B, the number of sequences.
func (c Chunk) Batch() int { return c.Tokens.Shape().Dim(0) }

// Time is T, the number of tokens of a sequence.
func (c Chunk) Time() int { return c.Tokens.Shape().Dim(1) }

// Get returns a tensor of the layer's state, with the given dimensions. At the start of sequences it is zeros in the
// type of x. A name that LayerState does not list panics.
func (c Chunk) Get(name string, x *Node, dims ...int) *Node {
	switch {
	case c.State != nil:
		return c.State.at(layerName(c.layer, name))
	case c.Passed != nil:
		return c.Passed.at(layerName(c.layer, name))
	}
	return Zeros(x.Graph(), shapes.Make(x.DType(), dims...))
}

// Set replaces a tensor of the layer's state, which the next chunk gets.
func (c Chunk) Set(name string, value *Node) {
	to := c.State
	if to == nil {
		to = c.Passed
	}
	if to == nil {
		return
	}
	name = layerName(c.layer, name)
	to.at(name)
	to.nodes[name] = value
}

// Keep returns x [B, T, ...] where a token is real, and the given value where it is padding.
func (c Chunk) Keep(x *Node, padding float64) *Node {
	m := c.mask(x.Rank())
	if m == nil {
		return x
	}
	other := BroadcastToShape(Scalar(x.Graph(), x.DType(), padding), x.Shape())
	return Where(BroadcastToDims(m, x.Shape().Dimensions...), x, other)
}

// mask is true where a token is real: bool [B, T, 1...] of the given rank, or nil if all are.
func (c Chunk) mask(rank int) *Node {
	if c.Valid == nil {
		return nil
	}
	shape := c.Tokens.Shape()
	m := LessThan(Iota(c.Tokens.Graph(), shape, 1), ExpandAxes(c.Valid, -1))
	for m.Rank() < rank {
		m = ExpandAxes(m, -1)
	}
	return m
}

// Positions returns the absolute position of each token of the chunk, int32 [B, T], or [1, T] of whole sequences.
func (c Chunk) Positions() *Node {
	g := c.Tokens.Graph()
	steps := Iota(g, shapes.Make(dtypes.Int32, 1, c.Time()), 1)
	switch {
	case c.State == nil && c.Passed == nil:
		return steps
	case c.State == nil:
		return AddScalar(steps, c.Time())
	}
	return Add(ExpandAxes(c.State.at(tokensRead), -1), steps)
}

// Latest returns the n entries of history [B, n+T, ...] that end with each row's last real token: [B, n, ...].
// history is what was carried, followed by the chunk. The result is what to carry on, as a convolution or a token
// shift does.
func (c Chunk) Latest(history *Node, n int) *Node {
	if c.Valid == nil {
		return SliceAxis(history, 1, AxisRange(c.Time(), c.Time()+n))
	}
	g, batch, room := history.Graph(), c.Batch(), history.Shape().Dim(1)
	index := shapes.Make(dtypes.Int32, batch, n)
	row := MulScalar(Iota(g, index, 0), room)
	at := Add(Add(row, Iota(g, index, 1)), ExpandAxes(c.Valid, -1))
	each := history.Shape().Dimensions[2:]
	flat := Reshape(history, batch*room, -1) // the pure-Go backend gathers no scalars
	return Reshape(Gather(flat, ExpandAxes(at, -1)), append([]int{batch, n}, each...)...)
}

// Form is the form of the operations of package ops in this graph: one with a gradient where no state is carried, as
// in training, and the fastest one where a state is carried, which is inference.
func (c Chunk) Form() ops.Form {
	if c.State == nil {
		return ops.Auto
	}
	return ops.Inference
}

// layerName is the name of a tensor of a layer's state.
func layerName(layer int, name string) string { return fmt.Sprintf("%d.%s", layer, name) }
