package lcmodels

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/ops"
)

// Quirk is how a reference implementation departs from the architecture, where published numbers may
// rest on it. None is on unless it is asked for.
//
// Two of them tell the prompt, read at once, from what is decoded behind it, token by token: a row's
// first chunk with tokens is its prompt, and everything behind it is computed as if decoded.
type Quirk string

// The quirks, each with what it applies to.
const (
	// Transformers2024 is transformers 4.40 to 4.48 with use_cache, on RecurrentGemma. Query i of a
	// prompt longer than the window sees, of the window's last keys of the prompt, those with a number
	// up to i: early queries see the future, late ones all of them. Behind a prompt shorter than the
	// window, the step that fills the window shifts the cache one too early: as long as it would be
	// there, an all-zero key stands in place of the oldest.
	Transformers2024 Quirk = "transformers-2024"
	// DeepMindWindow is google-deepmind/recurrentgemma: a query sees one key more than the window.
	DeepMindWindow Quirk = "deepmind-window"
	// MambaSSMDecode is mamba_ssm's cached decode of hybrids whose attention has a convolution: behind the
	// prompt it goes on from the convolution's outputs, as if they were its inputs.
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
	return "", fmt.Errorf("no quirk %q: want one of %s", name, strings.Join(names, ", "))
}

// ErrNotItsQuirk says that an architecture was asked for a quirk of another.
var ErrNotItsQuirk = errors.New("does not have the quirk")

// WithQuirk returns the architecture as the quirk's reference computes it; an architecture that the
// reference gets right is an error. The quirk is no part of config.json.
func WithQuirk(a Architecture, q Quirk) (Architecture, error) {
	if c, ok := a.(Quirky); ok {
		if changed, ok := c.WithQuirk(q); ok {
			return changed, nil
		}
	}
	return nil, fmt.Errorf("%s %w %s", a.Name(), ErrNotItsQuirk, q)
}

// promptRead: int32 [B], the number of tokens of a row's first chunk.
const promptRead = "prompt"

func promptSpec() StateSpec { return StateSpec{Name: promptRead, Integer: true, bookkeeping: true} }

// atStart is true where a row has read nothing before the chunk: bool [B, 1...] of the given rank.
func (c *Carry) atStart(rank int) *Node {
	read := c.nodes[tokensRead]
	start := Equal(read, ZerosLike(read))
	for start.Rank() < rank {
		start = ExpandAxes(start, -1)
	}
	return start
}

// enterPrompt notes the length of a row's first chunk; it is called once, before the first block.
func (c *Carry) enterPrompt(in Input) {
	if c == nil || c.nodes[promptRead] == nil {
		return
	}
	read := BroadcastToDims(Scalar(in.Tokens.Graph(), dtypes.Int32, in.time()), in.batch())
	if in.Valid != nil {
		read = in.Valid
	}
	c.nodes[promptRead] = Where(c.atStart(1), read, c.nodes[promptRead])
}

// outputsAsHistory makes what a convolution carries on from a row's first chunk its outputs y [B, T,
// channels] instead of its inputs: MambaSSMDecode.
func outputsAsHistory(in Input, s *Carry, name string, y *Node) {
	if s == nil {
		return
	}
	raw := s.nodes[name] // [B, k-1, channels]
	outputs := latest(in, Concatenate([]*Node{ZerosLike(raw), y}, 1), raw.Shape().Dim(1))
	s.set(name, Where(BroadcastToDims(s.atStart(3), raw.Shape().Dimensions...), outputs, raw))
}

// attendWindow2024 is attendWindow as Transformers2024 has it.
func attendWindow2024(in Input, s *Carry, layer string, window int, q, k, v *Node, scale float64) *Node {
	g, time := q.Graph(), in.time()
	queries := s.positions(in) // [B or 1, T]
	var held, prompt, start *Node
	if s == nil {
		held = AddScalar(queries, 1)
		prompt = Const(g, []int32{int32(time)})
		start = Const(g, [][][]bool{{{true}}})
	} else {
		held, prompt, start = windowHistory(in, s), s.nodes[promptRead], s.atStart(3)
		k = Concatenate([]*Node{s.nodes[layer+".k"], k}, 1)
		v = Concatenate([]*Node{s.nodes[layer+".v"], v}, 1)
		s.set(layer+".k", latest(in, k, window))
		s.set(layer+".v", latest(in, v, window))
	}
	zero := func(x *Node) *Node {
		dims := x.Shape().Dimensions
		return Concatenate([]*Node{x, Zeros(g, shapes.Make(x.DType(), dims[0], 1, dims[2], dims[3]))}, 1)
	}
	mask := mask2024(queries, held, prompt, start, window)
	return ops.Attention(ops.AttentionInputs{Q: q, K: byHead(zero(k)), V: byHead(zero(v)), Mask: mask, Scale: scale}, s.Form())
}

// mask2024 says which keys a query sees as Transformers2024 has it, and whether it sees a key of zeros:
// bool [B, T, S+1]. queries [B, T]; keys [B, S] hold 1 + position, 0 for none; prompt [B] is the prompt's
// length; start [B, 1, 1] is true where the chunk is the prompt. Any B may be 1.
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
