package lcmodels

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// role is what a weight is used for. It decides what counts as computation, and where weight decay acts.
type role int

const (
	roleMatrix        role = iota // multiplied once for each token
	roleEmbedding                 // looked up only
	roleTiedEmbedding             // looked up, and multiplied as the head
	roleHead                      // multiplied where logits are wanted
	roleVector                    // norms, biases, decays: no weight decay
)

// WeightSpec describes one tensor of a checkpoint. It is made by Matrix, Tensor, Vector, Embedding or Head.
type WeightSpec struct {
	// Name is the published one.
	Name string
	// Dims are the dimensions as stored.
	Dims []int
	role role
	init Init
}

// Init is the value of element i of a weight before training. random is a standard normal draw.
type Init func(i int, random float64) float64

// Constant gives all elements the same value.
func Constant(v float64) Init {
	return func(int, float64) float64 { return v }
}

// Normal draws from a normal distribution with mean 0.
func Normal(std float64) Init {
	return func(_ int, random float64) float64 { return std * random }
}

// fanIn is Normal with the standard deviation scale/sqrt(in), for a weight that sums over in values.
func fanIn(in int, scale float64) Init { return Normal(scale / math.Sqrt(float64(in))) }

// Matrix is the weight [out, in] of a linear layer. It begins normal with standard deviation scale/sqrt(in).
func Matrix(name string, out, in int, scale float64) WeightSpec {
	return WeightSpec{Name: name, Dims: []int{out, in}, init: fanIn(in, scale)}
}

// Tensor is a weight of any shape, each value of which is multiplied once for each token. Weight decay acts on it.
func Tensor(name string, init Init, dims ...int) WeightSpec {
	return WeightSpec{Name: name, Dims: dims, init: init}
}

// Vector is a weight that takes part in no matrix product: of a norm, a bias, a decay, a short convolution. Weight
// decay does not act on it.
func Vector(name string, init Init, dims ...int) WeightSpec {
	return WeightSpec{Name: name, Dims: dims, role: roleVector, init: init}
}

// Embedding is the table of tokens [vocab, width]. It begins normal with standard deviation std. tied says that it is
// the head as well.
func Embedding(name string, vocab, width int, std float64, tied bool) WeightSpec {
	spec := WeightSpec{Name: name, Dims: []int{vocab, width}, role: roleEmbedding, init: Normal(std)}
	if tied {
		spec.role = roleTiedEmbedding
	}
	return spec
}

// Head is the matrix [vocab, width] from hidden vectors to logits. It begins as Matrix does.
func Head(name string, vocab, width int) WeightSpec {
	spec := Matrix(name, vocab, width, 1)
	spec.role = roleHead
	return spec
}

// Size is the number of values.
func (s WeightSpec) Size() int {
	n := 1
	for _, d := range s.Dims {
		n *= d
	}
	return n
}

// Decays reports whether weight decay acts on the weight.
func (s WeightSpec) Decays() bool { return s.role != roleVector }

// Initial returns the value of element i before training. random is a standard normal draw.
func (s WeightSpec) Initial(i int, random float64) float64 { return s.init(i, random) }

// Weights are the weights of a model inside a graph, by name. Matrices keep the type in which they are stored. Products
// with them are computed in the type given to NewWeights, everything else in float32, or in float64 if that type is.
type Weights struct {
	nodes map[string]*Node
	dot   dtypes.DType
	scope Scope
}

// NewWeights makes the weights of a graph from one node for each spec, in order. dot is the type in which products
// with matrices are computed.
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

// In is the weights whose names begin with the path within w: w.In("layers", 3).At("norm.weight") is
// w.At("layers.3.norm.weight").
func (w *Weights) In(path ...any) *Weights {
	scoped := *w
	scoped.scope = w.scope.In(path...)
	return &scoped
}

// Has reports whether the architecture lists a weight of that name.
func (w *Weights) Has(name string) bool { return w.nodes[w.scope.name(name)] != nil }

// stored returns a weight in the type in which it is stored. An unknown name is a mistake of the architecture.
func (w *Weights) stored(name string) *Node {
	n := w.nodes[w.scope.name(name)]
	if n == nil {
		panic(fmt.Errorf("architecture uses a weight that it does not list: %s", w.scope.name(name)))
	}
	return n
}

// activations is the type of everything that is not a product with a matrix.
func (w *Weights) activations() dtypes.DType {
	if w.dot == dtypes.Float64 {
		return dtypes.Float64
	}
	return dtypes.Float32
}

// At returns a weight in the type of activations. A name that the architecture does not list panics.
func (w *Weights) At(name string) *Node {
	return ConvertDType(w.stored(name), w.activations())
}

// Linear returns x · Wᵀ + b: x [..., in], W [out, in] with the name name.weight, b [out] with the name name.bias if there
// is one. It returns [..., out].
func (w *Weights) Linear(x *Node, name string) *Node {
	y := ops.Matmul(x, w.stored(name+".weight"), 1, w.dot)
	if w.Has(name + ".bias") {
		y = Add(y, ExpandLeftToRank(w.At(name+".bias"), y.Rank()))
	}
	return y
}

// Times returns x · W: x [..., in], W [in, out], which is stored as it is used. It returns [..., out].
func (w *Weights) Times(x *Node, name string) *Node { return ops.Matmul(x, w.At(name), 0, w.dot) }

// Embed returns the rows of the table [V, D] for tokens [B, T]: [B, T, D].
func (w *Weights) Embed(tokens *Node, name string) *Node {
	return ConvertDType(Gather(w.stored(name), ExpandAxes(tokens, -1)), w.activations())
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

// Scope is what the names of some weights begin with: In("backbone.layers", 3).In("mixer") is
// "backbone.layers.3.mixer". The empty scope adds nothing.
type Scope string

// In joins names and numbers with points.
func In(path ...any) Scope { return Scope("").In(path...) }

// In is a scope within s.
func (s Scope) In(path ...any) Scope {
	parts := make([]string, 0, len(path)+1)
	if s != "" {
		parts = append(parts, string(s))
	}
	for _, p := range path {
		parts = append(parts, fmt.Sprint(p))
	}
	return Scope(strings.Join(parts, "."))
}

// name is the whole name of what is called so within s.
func (s Scope) name(name string) string { return string(s.In(name)) }

// Weights returns the specs with their names in the scope.
func (s Scope) Weights(specs ...WeightSpec) []WeightSpec {
	out := make([]WeightSpec, len(specs))
	for i, spec := range specs {
		spec.Name = s.name(spec.Name)
		out[i] = spec
	}
	return out
}
