package lcmodels

import (
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/internal/nearmiss"
	"longseq/kernelsrc/ops"
)

// Quirk is a departure of a reference implementation from the architecture, on which published numbers may rest. None
// applies unless it is asked for.
//
// Two of them distinguish the prompt, which is read at once, from what is decoded after it, token by token. A row's
// first chunk is its prompt; everything after it is computed as if it were decoded.
type Quirk string

// The quirks, each with what it applies to.
const (
	// Transformers2024 is transformers 4.40 to 4.48 with use_cache, on RecurrentGemma. After a prompt longer than the
	// window W, the cache holds the prompt's W last keys, and query i of the prompt sees the first i+1 of them: early
	// queries see the future, late ones see all W. After a prompt shorter than the window, the step that fills the
	// window shifts the cache one step too early: while it should be in the window, the oldest key is a key of
	// zeros.
	Transformers2024 Quirk = "transformers-2024"
	// DeepMindWindow is google-deepmind/recurrentgemma: a query sees one key more than the window.
	DeepMindWindow Quirk = "deepmind-window"
	// MambaSSMDecode is mamba_ssm's cached decode of hybrids whose attention has a convolution: after the prompt, the
	// convolution's history holds its outputs in place of its inputs.
	MambaSSMDecode Quirk = "mamba-ssm-decode"
)

var quirks = []Quirk{Transformers2024, DeepMindWindow, MambaSSMDecode}

// ParseQuirk returns the quirk of that name.
func ParseQuirk(name string) (Quirk, error) {
	var names []string
	for _, q := range quirks {
		if string(q) == name {
			return q, nil
		}
		names = append(names, string(q))
	}
	return "", nearmiss.Unknown("quirk", name, names)
}

// ErrNotItsQuirk is the error for a quirk that an architecture does not have.
var ErrNotItsQuirk = errors.New("does not have the quirk")

// WithQuirk returns the architecture as the quirk's reference computes it. For an architecture without the quirk it is
// ErrNotItsQuirk. The quirk is not part of config.json.
func WithQuirk(a Architecture, q Quirk) (Architecture, error) {
	if c, ok := a.(Quirky); ok {
		if changed, ok := c.WithQuirk(q); ok {
			return changed, nil
		}
	}
	return nil, fmt.Errorf("%s %w %s", a.Name(), ErrNotItsQuirk, q)
}

// outputsAsHistory is MambaSSMDecode: it replaces what a convolution carries after a row's first chunk, which is inputs,
// by its outputs y [B, T, channels].
func (c Chunk) outputsAsHistory(name string, y *Node) {
	if c.State == nil {
		return
	}
	inputs := c.Get(name, y) // [B, L-1, channels]
	outputs := c.Latest(Concatenate([]*Node{ZerosLike(inputs), y}, 1), inputs.Shape().Dim(1))
	c.Set(name, Where(BroadcastToDims(c.State.atStart(3), inputs.Shape().Dimensions...), outputs, inputs))
}

// attendWindow2024 is attendWindow with Transformers2024.
func (c Chunk) attendWindow2024(a QKV) *Node {
	g := a.Q.Graph()
	queries := c.Positions() // [B or 1, T]
	var held, prompt, start *Node
	k, v := a.K, a.V
	if c.State == nil {
		held = AddScalar(queries, 1)
		prompt = Const(g, []int32{int32(c.Time())})
		start = Const(g, [][][]bool{{{true}}})
	} else {
		k, v = c.slide(a)
		held, prompt, start = c.windowHistory(), c.State.at(promptRead), c.State.atStart(3)
	}
	zero := func(x *Node) *Node {
		dims := x.Shape().Dimensions
		return Concatenate([]*Node{x, Zeros(g, shapes.Make(x.DType(), dims[0], 1, dims[2], dims[3]))}, 1)
	}
	mask := mask2024(queries, held, prompt, start, a.Window)
	return ops.Attention(ops.AttentionInputs{Q: a.Q, K: byHead(zero(k)), V: byHead(zero(v)), Mask: mask, Scale: a.Scale}, c.Form())
}

// mask2024 says which keys a query sees with Transformers2024, and, as the last key, whether it sees a key of zeros:
// bool [B, T, S+1]. queries [B, T] are positions; keys [B, S] are positions plus 1, 0 for none; prompt [B] is the
// length of the prompt; start [B, 1, 1] is true where the chunk is the prompt. Any B may be 1. It follows
// transformers 4.45, modeling_recurrent_gemma.py, _update_cache and _update_causal_mask.
func mask2024(queries, keys, prompt, start *Node, window int) *Node {
	g := queries.Graph()
	q, k, n := ExpandAxes(queries, -1), ExpandAxes(AddScalar(keys, -1), 1), ExpandAxes(prompt, 1, 2)
	dims := []int{max(q.Shape().Dim(0), k.Shape().Dim(0)), q.Shape().Dim(1), k.Shape().Dim(2)}
	all := func(x *Node, dims ...int) *Node { return BroadcastToDims(x, dims...) }
	q1, n1 := all(q, dims[0], dims[1], 1), all(n, dims[0], dims[1], 1)
	q, k, n = all(q, dims...), all(k, dims...), all(n, dims...)

	number := Sub(k, MaxScalar(AddScalar(n, -window), 0)) // of a key among the prompt's last
	ofPrompt := And(LessOrEqual(number, q), GreaterOrEqual(number, ZerosLike(number)))

	// The steps at which a key of zeros is in the cache.
	early := And(LessThan(n1, all(Scalar(g, dtypes.Int32, window), n1.Shape().Dimensions...)),
		And(GreaterOrEqual(AddScalar(q1, 1-window), ZerosLike(q1)), LessOrEqual(AddScalar(q1, 3-2*window), ZerosLike(q1))))
	early = And(early, Not(all(start, dims[0], dims[1], 1)))
	oldest := Equal(k, AddScalar(q, 1-window))
	decoded := And(ops.CausalMask(queries, keys, window), Not(And(all(early, dims...), oldest)))

	see := Where(all(start, dims...), ofPrompt, decoded)
	return Concatenate([]*Node{see, early}, -1)
}
