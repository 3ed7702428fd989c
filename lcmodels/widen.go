package lcmodels

import (
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// mostFew is up to how many rows a matrix of 16-bit values is better widened as it is read.
const mostFew = 16

// fewRows says whether x [..., in] has so few rows that a matrix product with it takes no longer than to read the
// matrix.
func fewRows(x *Node) bool { return x.Shape().Size() <= mostFew*x.Shape().Dim(-1) }

// applyFew is x · mᵀ where x [..., in] has few rows, m [out, in] of 16-bit values.
func applyFew(x, m *Node, compute dtypes.DType) *Node {
	d := x.Shape().Dimensions
	out, in := m.Shape().Dim(0), m.Shape().Dim(1)
	rows := Reshape(ConvertDType(x, compute), -1, in)
	var y *Node
	if compute == dtypes.Float32 && backend.HasNative(x.Graph()) {
		y = backend.CallNative("longseq_widened", []*Node{rows, m}, shapes.Make(compute, rows.Shape().Dim(0), out))[0]
	} else {
		y = sumProducts(rows, ConvertDType(m, compute))
	}
	return Reshape(y, append(slices.Clone(d[:len(d)-1]), out)...)
}

// sumProducts is x · mᵀ as a sum of products, x [rows, in], m [out, in]. XLA makes one loop of it, which widens each
// value of m as it meets it; before a dot it would write all of m down in 32 bits, which takes ten times as long as
// the rest.
func sumProducts(x, m *Node) *Node {
	all := []int{x.Shape().Dim(0), m.Shape().Dim(0), m.Shape().Dim(1)}
	return ReduceSum(Mul(BroadcastToDims(InsertAxes(x, 1), all...), BroadcastToDims(InsertAxes(m, 0), all...)), -1)
}

// mostWidened is up to how many 16-bit values of a matrix are widened at a time: 16 MB of float32.
const mostWidened = 1 << 22

// widenedBlocks is into how many blocks of rows a matrix [out, in] is cut to widen it: 1 where it is small, or
// where no number up to 64 divides its rows.
func widenedBlocks(m *Node) int {
	out, size := m.Shape().Dim(0), m.Shape().Size()
	for n := 1; n <= 64; n++ {
		if out%n == 0 && size/n <= mostWidened {
			return n
		}
	}
	return 1
}

// applyBlocks is x · mᵀ in float32, m [out, in], block by block of the rows of m. In one dot each, XLA widens the
// matrices of all layers before it begins, and the model takes three times its memory.
func applyBlocks(x, m *Node, blocks int) *Node {
	d := x.Shape().Dimensions
	out, in := m.Shape().Dim(0), m.Shape().Dim(1)
	rows := x.Shape().Size() / in
	x = Reshape(ConvertDType(x, dtypes.Float32), rows, in)
	loop := backend.Loop{Inputs: []*Node{Reshape(m, blocks, out/blocks, in)}, Carry: []*Node{x}}
	_, y := loop.Run(func(carry, block []*Node) (next, outputs []*Node) {
		widened := ConvertDType(block[0], dtypes.Float32)
		return carry, []*Node{DotGeneral(carry[0], []int{1}, nil, widened, []int{1}, nil)} // [rows, out/blocks]
	})
	return Reshape(TransposeAllAxes(y[0], 1, 0, 2), append(slices.Clone(d[:len(d)-1]), out)...)
}
