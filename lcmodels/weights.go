package lcmodels

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// role says what a weight does, for counting, for weight decay and for initial values.
type role int

const (
	roleMatrix        role = iota // multiplied once for each token
	roleEmbedding                 // looked up only
	roleTiedEmbedding             // looked up, and the head as well
	roleHead                      // multiplied where logits are wanted
	roleVector                    // norms, biases, decays: no weight decay
)

// WeightSpec describes one tensor of a checkpoint.
type WeightSpec struct {
	// Name is the published one.
	Name string
	// Dims as stored.
	Dims []int
	role role
	// init draws the value of element i before training; random is standard normal.
	init func(i int, random float64) float64
}

// Size is the number of values.
func (s WeightSpec) Size() int {
	n := 1
	for _, d := range s.Dims {
		n *= d
	}
	return n
}

// Decays says whether weight decay acts on it: on matrices and embeddings, not on norms, biases and decays.
func (s WeightSpec) Decays() bool { return s.role != roleVector }

// Initial returns the value of element i before training, random being a standard normal draw.
func (s WeightSpec) Initial(i int, random float64) float64 { return s.init(i, random) }

// constant, normal: how weights begin.
func constant(v float64) func(int, float64) float64 {
	return func(int, float64) float64 { return v }
}

func normal(std float64) func(int, float64) float64 {
	return func(_ int, random float64) float64 { return std * random }
}

// matrix is a Linear weight [out, in] that begins with std scale/sqrt(in).
func matrix(name string, out, in int, scale float64) WeightSpec {
	return WeightSpec{Name: name, Dims: []int{out, in}, init: normal(scale / math.Sqrt(float64(in)))}
}

func vector(name string, init func(int, float64) float64, dims ...int) WeightSpec {
	return WeightSpec{Name: name, Dims: dims, role: roleVector, init: init}
}

// embedding is the token table [V, C]; tied, it is the head as well.
func embedding(name string, vocab, width int, std float64, tied bool) WeightSpec {
	spec := WeightSpec{Name: name, Dims: []int{vocab, width}, role: roleEmbedding, init: normal(std)}
	if tied {
		spec.role = roleTiedEmbedding
	}
	return spec
}

func head(name string, vocab, width int) WeightSpec {
	spec := matrix(name, vocab, width, 1)
	spec.role = roleHead
	return spec
}

// Weights are the weights of a model inside a graph. Matrices keep the type in which they are stored;
// a dot is computed in the type given to NewWeights, everything else in float32 (float64 if that is it).
type Weights struct {
	nodes map[string]*Node
	dot   dtypes.DType
}

// NewWeights gives a graph its weights: one node for each spec, in order, with its dimensions.
// dot is the type in which dots with weights are computed.
func NewWeights(specs []WeightSpec, nodes []*Node, dot dtypes.DType) (*Weights, error) {
	if len(specs) != len(nodes) {
		return nil, fmt.Errorf("%d weights given, %d wanted", len(nodes), len(specs))
	}
	w := &Weights{nodes: make(map[string]*Node, len(specs)), dot: dot}
	for i, spec := range specs {
		if got := nodes[i].Shape().Dimensions; !slices.Equal(got, spec.Dims) {
			return nil, fmt.Errorf("weight %s is shaped %v, must be %v", spec.Name, got, spec.Dims)
		}
		w.nodes[spec.Name] = nodes[i]
	}
	return w, nil
}

// compute is the type of activations and of everything that is not a dot.
func (w *Weights) compute() dtypes.DType { return computeDType(w.dot) }

func (w *Weights) has(name string) bool { return w.nodes[name] != nil }

// at returns a weight in the type of activations. An unknown name is a mistake of the architecture's file.
func (w *Weights) at(name string) *Node {
	n := w.nodes[name]
	if n == nil {
		panic(fmt.Errorf("architecture asks for a weight it does not list: %s", name))
	}
	return ConvertDType(n, w.compute())
}

// linear returns x · Wᵀ + bias: x [..., in], W [out, in], bias [out] if the checkpoint lists one.
func (w *Weights) linear(x *Node, name string) *Node {
	y := w.apply(x, w.nodes[name+".weight"], 1)
	if w.has(name + ".bias") {
		y = Add(y, ExpandLeftToRank(w.at(name+".bias"), y.Rank()))
	}
	return y
}

// apply contracts the last axis of x [..., in] with an axis of the matrix m, as ops.Matmul does.
func (w *Weights) apply(x, m *Node, axis int) *Node { return ops.Matmul(x, m, axis, w.dot) }

// embed looks tokens [B, T] up in the table [V, C] and returns [B, T, C].
func (w *Weights) embed(tokens *Node, name string) *Node {
	return ConvertDType(Gather(w.nodes[name], ExpandAxes(tokens, -1)), w.compute())
}

// ParseDots returns the type in which dots with weights are computed, by its name: f32 or bf16.
func ParseDots(name string) (dtypes.DType, error) {
	switch name {
	case "f32":
		return dtypes.Float32, nil
	case "bf16":
		return dtypes.BFloat16, nil
	}
	return dtypes.InvalidDType, fmt.Errorf("%q: want f32 or bf16", name)
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}
