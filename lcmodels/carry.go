package lcmodels

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// The tensors that count positions. A KV cache is written at the same slot in every row of a batch, so that the write
// is one in-place update. The position that a slot holds is kept for each row, so that rows of unequal length can
// share a batch.
const (
	// tokensRead: int32 [B], the absolute position of the next token of each row.
	tokensRead = "position"
	// slotsUsed: int32 scalar, the number of slots in use.
	slotsUsed = "slots.used"
	// slotPosition: int32 [B, S], 1 + the position of the token in a slot, 0 for none.
	slotPosition = "slots.position"
	// windowPosition: int32 [B, W], the same for the keys that local attention carries.
	windowPosition = "window.position"
	// promptRead: int32 [B], the number of tokens of a row's first chunk. Only Transformers2024 has it.
	promptRead = "prompt"
)

// Carry is the state inside a graph, by name.
type Carry struct {
	specs []StateSpec
	nodes map[string]*Node
}

// NewCarry makes the state of a graph from one node for each spec, in order.
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

// at returns a tensor of the state. An unknown name is a mistake of the architecture.
func (c *Carry) at(name string) *Node {
	n := c.nodes[name]
	if n == nil {
		panic(fmt.Errorf("architecture uses a state that it does not list: %s", name))
	}
	return n
}

// enter records where the chunk's tokens go, before the first block reads them: their positions in the slots of KV
// caches, and the length of the prompt if that is kept.
func (c Chunk) enter() {
	s := c.State
	if s == nil {
		return
	}
	if s.nodes[slotPosition] != nil {
		positions := c.keepPositions(AddScalar(c.Positions(), 1))
		s.nodes[slotPosition] = write(s.nodes[slotPosition], positions, s.nodes[slotsUsed], 1)
	}
	if s.nodes[promptRead] != nil {
		read := BroadcastToDims(Scalar(c.Tokens.Graph(), dtypes.Int32, c.Time()), c.Batch())
		if c.Valid != nil {
			read = c.Valid
		}
		s.nodes[promptRead] = Where(s.atStart(1), read, s.nodes[promptRead])
	}
}

// leave counts the chunk's tokens as read, after the last block.
func (c Chunk) leave() {
	s := c.State
	if s == nil {
		return
	}
	if window := s.nodes[windowPosition]; window != nil {
		s.nodes[windowPosition] = c.Latest(c.windowHistory(), window.Shape().Dim(1))
	}
	read := c.Valid
	if read == nil {
		read = Scalar(c.Tokens.Graph(), dtypes.Int32, c.Time())
	}
	s.nodes[tokensRead] = Add(s.nodes[tokensRead], read)
	if used := s.nodes[slotsUsed]; used != nil {
		if !read.IsScalar() { // slots after the longest row's last token may be overwritten
			read = ReduceAllMax(read)
		}
		s.nodes[slotsUsed] = Add(used, read)
	}
}

// atStart is true for rows that have read nothing before the chunk: bool [B, 1...] of the given rank.
func (c *Carry) atStart(rank int) *Node {
	read := c.nodes[tokensRead]
	start := Equal(read, ZerosLike(read))
	for start.Rank() < rank {
		start = ExpandAxes(start, -1)
	}
	return start
}
