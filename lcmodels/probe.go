package lcmodels

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// Probe collects what the layers of a graph show while it reads: recurrent ones the decay of each step, attention
// layers the attention weights of the last token.
type Probe struct {
	Names []string
	nodes map[string]*Node
}

// Nodes returns what was collected, in the order of Names.
func (p *Probe) Nodes() []*Node {
	nodes := make([]*Node, len(p.Names))
	for i, name := range p.Names {
		nodes[i] = p.nodes[name]
	}
	return nodes
}

// Names of what a layer shows, after its number and a point.
const (
	// ProbeDecay: float [B, T, channels], the logarithm of the decay of each step, of evenly spaced channels.
	ProbeDecay = "log_decay"
	// ProbeAttention: float [B, H, S], the attention weights of the row's last real token.
	ProbeAttention = "attention"
	// ProbeKeys: int32 [B, S], 1 + the position of each key, 0 for none.
	ProbeKeys = "keys"
)

// probeChannels is the largest number of heads or channels of a layer that are shown.
const probeChannels = 16

func (p *Probe) note(layer int, what string, x *Node) {
	if p.nodes == nil {
		p.nodes = map[string]*Node{}
	}
	name := layerName(layer, what)
	if p.nodes[name] != nil {
		panic(fmt.Errorf("layer %d shows its %s twice", layer, what))
	}
	p.Names = append(p.Names, name)
	p.nodes[name] = x
}

// NoteDecay shows the layer's logarithms of decays [B, T, ...] to the Probe, if there is one. Padding counts as 0, no
// decay.
func (c Chunk) NoteDecay(logDecay *Node) {
	if c.Probe == nil {
		return
	}
	x := Reshape(logDecay, c.Batch(), c.Time(), -1)
	if channels := x.Shape().Dim(2); channels > probeChannels {
		each := channels / probeChannels
		x = SliceAxis(x, 2, AxisRange(0, each*probeChannels).Stride(each))
	}
	c.Probe.note(c.layer, ProbeDecay, c.Keep(x, 0))
}

// noteAttention shows the attention weights of each row's last real token.
func (c Chunk) noteAttention(a ops.AttentionInputs) {
	if c.Probe == nil {
		return
	}
	batch, heads, slots := c.Batch(), a.Q.Shape().Dim(2), a.K.Shape().Dim(2)
	last := func(x *Node) *Node { // [B, T, ...] to [B, 1, ...]
		padded := Concatenate([]*Node{ZerosLike(SliceAxis(x, 1, AxisElem(0))), x}, 1)
		return c.Latest(padded, 1)
	}
	queries := BroadcastToDims(a.QueryPositions, batch, c.Time())
	a.QueryPositions = Reshape(last(ExpandAxes(queries, -1)), batch, 1)
	a.Q = last(a.Q)
	if a.Mask != nil {
		a.Mask = last(BroadcastToDims(a.Mask, batch, c.Time(), slots))
	}
	c.Probe.note(c.layer, ProbeAttention, Reshape(ops.AttentionWeights(a), batch, heads, slots))
	c.Probe.note(c.layer, ProbeKeys, BroadcastToDims(a.KeyPositions, batch, slots))
}
