package lcmodels

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/ops"
)

// The tensors that count positions. A KV cache is written at the same slot in every row of a batch,
// so that the write is one in-place update; which position a slot holds is kept a row, so that rows
// of unequal length can share a batch.
const (
	// tokensRead: int32 [B], the absolute position of the next token of each row.
	tokensRead = "position"
	// slotsUsed: int32 scalar, slots written so far.
	slotsUsed = "slots.used"
	// slotPosition: int32 [B, S], 1 + the position of the token in a slot, 0 for none.
	slotPosition = "slots.position"
	// windowPosition: int32 [B, W], the same for the keys kept by local attention.
	windowPosition = "window.position"
)

func positionSpec() StateSpec {
	return StateSpec{Name: tokensRead, Integer: true, bookkeeping: true}
}

func slotSpecs() []StateSpec {
	return []StateSpec{
		{Name: slotsUsed, Shared: true, Integer: true, bookkeeping: true},
		{Name: slotPosition, Dims: []int{0}, Slots: true, Integer: true, bookkeeping: true},
	}
}

// Carry is the state inside a graph: what came in, by name, replaced by what goes out. A nil *Carry
// means a whole sequence from the start whose state nobody wants.
type Carry struct {
	specs []StateSpec
	nodes map[string]*Node
}

// NewCarry gives a graph its state, one node for each spec in order.
func NewCarry(specs []StateSpec, nodes []*Node) (*Carry, error) {
	if len(specs) != len(nodes) {
		return nil, fmt.Errorf("%d tensors of state given, %d wanted", len(nodes), len(specs))
	}
	c := &Carry{specs: specs, nodes: make(map[string]*Node, len(specs))}
	for i, spec := range specs {
		c.nodes[spec.Name] = nodes[i]
	}
	return c, nil
}

// Nodes returns the state in the order of the specs.
func (c *Carry) Nodes() []*Node {
	nodes := make([]*Node, len(c.specs))
	for i, spec := range c.specs {
		nodes[i] = c.nodes[spec.Name]
	}
	return nodes
}

// get returns a tensor of the state, or zeros of the given shape at the start of a sequence.
func (c *Carry) get(g *Graph, name string, start shapes.Shape) *Node {
	if c == nil {
		return Zeros(g, start)
	}
	return c.nodes[name]
}

func (c *Carry) set(name string, value *Node) {
	if c != nil {
		c.nodes[name] = value
	}
}

// Form is the form of the operations of package ops in this graph: one with a gradient where no state is carried, as
// in training, and the fastest one where a state is carried, which is inference.
func (c *Carry) Form() ops.Form {
	if c == nil {
		return ops.Auto
	}
	return ops.Inference
}

// positions returns the absolute position of each token of the chunk, int32 [B, T] ([1, T] at the
// start of sequences).
func (c *Carry) positions(in Input) *Node {
	g := in.Tokens.Graph()
	steps := Iota(g, shapes.Make(dtypes.Int32, 1, in.time()), 1)
	if c == nil {
		return steps
	}
	return Add(ExpandAxes(c.nodes[tokensRead], -1), steps)
}

// advance counts the chunk's tokens as read; it is called once, behind the last block.
func (c *Carry) advance(in Input) {
	if c == nil {
		return
	}
	read := in.Valid
	if read == nil {
		read = Scalar(in.Tokens.Graph(), dtypes.Int32, in.time())
	}
	c.nodes[tokensRead] = Add(c.nodes[tokensRead], read)
	if used := c.nodes[slotsUsed]; used != nil {
		if !read.IsScalar() { // what stands behind the longest row's tokens may be written over
			read = ReduceAllMax(read)
		}
		c.nodes[slotsUsed] = Add(used, read)
	}
}

// latest returns the n entries of history [B, n+T, ...] that end at each row's last real token: what
// a convolution, a token shift or a window carries on.
func latest(in Input, history *Node, n int) *Node {
	if in.Valid == nil {
		return SliceAxis(history, 1, AxisRange(in.time(), in.time()+n))
	}
	g, batch, room := history.Graph(), in.batch(), history.Shape().Dim(1)
	index := shapes.Make(dtypes.Int32, batch, n)
	row := MulScalar(Iota(g, index, 0), room)
	at := Add(Add(row, Iota(g, index, 1)), ExpandAxes(in.Valid, -1))
	each := history.Shape().Dimensions[2:]
	flat := Reshape(history, batch*room, -1) // the pure-Go backend gathers no scalars
	return Reshape(Gather(flat, ExpandAxes(at, -1)), append([]int{batch, n}, each...)...)
}
