package backend

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// GoMLX v0.26.0 builds the gradient of Dot and DotGeneral as a broadcast multiplication and a sum. XLA runs these a
// hundred times slower than the two dots that the gradient is: a small training step takes 1.66 s instead of 0.014 s.
// Both entries of GoMLX's exported table of gradients are replaced here. The contracted axes of a node are private and
// read by reflection. If a later GoMLX keeps them elsewhere, its own gradient stays in place.

// errSlowGradients is nil where the gradients of Dot and DotGeneral were replaced, else why they were not.
var errSlowGradients error

func init() {
	if errSlowGradients = checkDotAxes(); errSlowGradients != nil {
		return
	}
	VJPRegistration[NodeTypeDotGeneral] = dotGeneralVJP
	VJPRegistration[NodeTypeDot] = dotVJP
}

// dotAxes are the axes of one operand of a DotGeneral.
type dotAxes struct {
	contracting, batch []int
}

// dotAxesOf reads the axes of a DotGeneral node.
func dotAxesOf(node *Node) (lhs, rhs dotAxes, err error) {
	inputs := reflect.ValueOf(node).Elem().FieldByName("inputs")
	if !inputs.IsValid() || inputs.Kind() != reflect.Interface || inputs.Elem().Kind() != reflect.Pointer {
		return lhs, rhs, errors.New("graph.Node has no field inputs as of GoMLX v0.26.0")
	}
	read := func(field string) []int {
		list := inputs.Elem().Elem().FieldByName(field)
		if !list.IsValid() || list.Type() != reflect.TypeFor[[]int]() {
			err = fmt.Errorf("a DotGeneral node has no field %s []int as of GoMLX v0.26.0", field)
			return nil
		}
		axes := make([]int, list.Len())
		for i := range axes {
			axes[i] = int(list.Index(i).Int())
		}
		return axes
	}
	lhs = dotAxes{read("lhsContractingAxes"), read("lhsBatchAxes")}
	rhs = dotAxes{read("rhsContractingAxes"), read("rhsBatchAxes")}
	return lhs, rhs, err
}

// checkDotAxes builds a product whose axes are all different and reads them back.
func checkDotAxes() error {
	raw, err := simplego.New("")
	if err != nil {
		return fmt.Errorf("open the pure-Go backend: %w", err)
	}
	g := NewGraph(raw, "axes of a product")
	defer g.Finalize()
	x := Parameter(g, "x", shapes.Make(dtypes.Float32, 2, 3, 5))
	y := Parameter(g, "y", shapes.Make(dtypes.Float32, 5, 2, 7, 3))
	lhs, rhs, err := dotAxesOf(DotGeneral(x, []int{2}, []int{0, 1}, y, []int{0}, []int{1, 3}))
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(lhs, dotAxes{[]int{2}, []int{0, 1}}) || !reflect.DeepEqual(rhs, dotAxes{[]int{0}, []int{1, 3}}) {
		return fmt.Errorf("the axes of a DotGeneral node read back as %v and %v", lhs, rhs)
	}
	return nil
}

// dotGeneralVJP is the gradient of DotGeneral for both operands.
func dotGeneralVJP(node *Node, v []*Node, _ shapes.Shape) []*Node {
	lhs, rhs, err := dotAxesOf(node)
	if err != nil { // init has read the axes of another node of this type
		panic(err)
	}
	return productVJP(node.Inputs()[0], node.Inputs()[1], v[0], lhs, rhs)
}

// dotVJP is the gradient of Dot, which contracts the last axis of the left with the first of the right.
func dotVJP(node *Node, v []*Node, _ shapes.Shape) []*Node {
	lhs, rhs := node.Inputs()[0], node.Inputs()[1]
	return productVJP(lhs, rhs, v[0], dotAxes{contracting: []int{lhs.Rank() - 1}}, dotAxes{contracting: []int{0}})
}

// productVJP returns the gradients of both operands of a product, given the gradient v of its result, whose
// axes are the batch axes, then the left's own axes, then the right's own axes.
func productVJP(lhs, rhs, v *Node, lhsAxes, rhsAxes dotAxes) []*Node {
	batch := len(lhsAxes.batch)
	lhsOwn := batch + len(lhsAxes.own(lhs.Rank()))
	inV := dotAxes{contracting: span(lhsOwn, v.Rank()), batch: span(0, batch)}
	lhsGradient := operandVJP(v, inV, lhs.Rank(), lhsAxes, rhs, rhsAxes)
	inV.contracting = span(batch, lhsOwn)
	rhsGradient := operandVJP(v, inV, rhs.Rank(), rhsAxes, lhs, lhsAxes)
	return []*Node{lhsGradient, rhsGradient}
}

// operandVJP returns the gradient of one operand: v times the other operand, contracted over the other's
// own axes, with the axes in the operand's order. inV gives the batch axes and the other's own axes in v.
func operandVJP(v *Node, inV dotAxes, rank int, axes dotAxes, other *Node, otherAxes dotAxes) *Node {
	own := axes.own(rank)
	contracted := make([]int, 0, len(axes.contracting)) // the operand's, in the order they keep in other
	for _, axis := range slices.Sorted(slices.Values(otherAxes.contracting)) {
		contracted = append(contracted, axes.contracting[slices.Index(otherAxes.contracting, axis)])
	}
	otherOwn := otherAxes.own(other.Rank())

	// Of the two orders of the product take the one that needs no transposition, if there is one.
	order := slices.Concat(axes.batch, contracted, own)
	if slices.IsSorted(order) {
		return multiply(other, dotAxes{otherOwn, otherAxes.batch}, v, inV)
	}
	order = slices.Concat(axes.batch, own, contracted)
	gradient := multiply(v, inV, other, dotAxes{otherOwn, otherAxes.batch})
	if slices.IsSorted(order) {
		return gradient
	}
	permutation := make([]int, rank)
	for position, axis := range order {
		permutation[axis] = position
	}
	return TransposeAllAxes(gradient, permutation...)
}

// multiply is DotGeneral. Where all axes but the last are contracted, as in the gradient of a matrix, XLA on a CPU would first
// write a transpose of a to memory, value by value: a kernel reads a as it lies.
func multiply(a *Node, aAxes dotAxes, b *Node, bAxes dotAxes) *Node {
	if a.DType() != dtypes.Float32 || !HasNative(a.Graph()) || !contractsAllButLast(a, aAxes) || !contractsAllButLast(b, bAxes) {
		return DotGeneral(a, aAxes.contracting, aAxes.batch, b, bAxes.contracting, bAxes.batch)
	}
	M, N := a.Shape().Dim(-1), b.Shape().Dim(-1)
	c := CallNative("longseq_matmul_transposed", []*Node{Reshape(a, -1, M), Reshape(b, -1, N)}, shapes.Make(dtypes.Float32, M, N))
	return c[0]
}

func contractsAllButLast(x *Node, axes dotAxes) bool {
	return x.Rank() > 1 && slices.Equal(axes.contracting, span(0, x.Rank()-1))
}

// own returns the axes that are neither contracted nor batch axes, ascending.
func (a dotAxes) own(rank int) []int {
	var axes []int
	for axis := range rank {
		if !slices.Contains(a.contracting, axis) && !slices.Contains(a.batch, axis) {
			axes = append(axes, axis)
		}
	}
	return axes
}

// span returns from, from+1, ..., to-1.
func span(from, to int) []int {
	var axes []int
	for axis := from; axis < to; axis++ {
		axes = append(axes, axis)
	}
	return axes
}
