package lcmodels

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// Probe collects what a graph shows of its layers while it reads: of recurrent ones the decay of each step, of
// attending ones where the last token looks.
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

// Names of what a layer shows, behind its number and a point.
const (
	// ProbeDecay: float [B, T, channels], the logarithm of what a step keeps, of evenly taken channels.
	ProbeDecay = "log_decay"
	// ProbeAttention: float [B, H, S], the weights of the row's last real token on the keys.
	ProbeAttention = "attention"
	// ProbeKeys: int32 [B, S], 1 + the position of each key, 0 for none.
	ProbeKeys = "keys"
)

// probeChannels is how many heads or channels of a layer are shown at most.
const probeChannels = 16

func (p *Probe) note(layer, what string, x *Node) {
	if p.nodes == nil {
		p.nodes = map[string]*Node{}
	}
	name := layer + "." + what
	if p.nodes[name] != nil {
		panic(fmt.Errorf("layer %s shows its %s twice", layer, what))
	}
	p.Names = append(p.Names, name)
	p.nodes[name] = x
}

// noteDecay shows logarithms of decays [B, T, ...], of which a token that is not real has 0.
func (in Input) noteDecay(layer string, logDecay *Node) {
	if in.Probe == nil {
		return
	}
	x := Reshape(logDecay, in.batch(), in.time(), -1)
	if channels := x.Shape().Dim(2); channels > probeChannels {
		each := channels / probeChannels
		x = SliceAxis(x, 2, AxisRange(0, each*probeChannels).Stride(each))
	}
	in.Probe.note(layer, ProbeDecay, in.keep(x, 0))
}

// noteAttention shows where the last real token of each row looks.
func (in Input) noteAttention(layer string, a ops.AttentionInputs) {
	if in.Probe == nil {
		return
	}
	batch, heads, slots := in.batch(), a.Q.Shape().Dim(2), a.K.Shape().Dim(2)
	last := Input{Tokens: in.Tokens, Valid: in.Valid}
	one := func(x *Node) *Node { // [B, T, ...] to [B, 1, ...]
		padded := Concatenate([]*Node{ZerosLike(SliceAxis(x, 1, AxisElem(0))), x}, 1)
		return latest(last, padded, 1)
	}
	queries := BroadcastToDims(a.QueryPositions, batch, in.time())
	a.QueryPositions = Reshape(one(ExpandAxes(queries, -1)), batch, 1)
	a.Q = one(a.Q)
	in.Probe.note(layer, ProbeAttention, Reshape(ops.AttentionWeights(a), batch, heads, slots))
	in.Probe.note(layer, ProbeKeys, BroadcastToDims(a.KeyPositions, batch, slots))
}
