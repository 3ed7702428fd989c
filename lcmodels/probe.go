package lcmodels

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"
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

// noteAttention shows where each row's last real token looks: q [B, T, H, D], queries their
// positions [B or 1, T].
func (in Input) noteAttention(layer string, q *Node, to keys, queries *Node, window int, scale float64) {
	if in.Probe == nil {
		return
	}
	d := q.Shape().Dimensions
	batch, heads, dim := d[0], d[2], d[3]
	groups, slots := to.k.Shape().Dim(1), to.k.Shape().Dim(2)
	last := Input{Tokens: in.Tokens, Valid: in.Valid}
	one := func(x *Node) *Node { // [B, T, ...] to [B, 1, ...]
		padded := Concatenate([]*Node{ZerosLike(SliceAxis(x, 1, AxisElem(0))), x}, 1)
		return latest(last, padded, 1)
	}
	queries = BroadcastToDims(queries, batch, in.time())
	see := visible(Reshape(one(ExpandAxes(queries, -1)), batch, 1), to.positions, window) // [B or 1, 1, S]
	q = Reshape(MulScalar(one(q), scale), batch, groups, heads/groups, 1, dim)
	in.Probe.note(layer, ProbeAttention, Reshape(attentionWeights(q, to.k, see), batch, heads, slots))
	in.Probe.note(layer, ProbeKeys, BroadcastToDims(to.positions, batch, slots))
}
