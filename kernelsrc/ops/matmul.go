package ops

import (
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// Matmul contracts the last axis of x [..., in] with an axis of the matrix m: axis 1 of m [out, in], which is x·mᵀ, or
// axis 0 of m [in, out], which is x·m. It returns [..., out].
//
// The product is computed in the type dot, and the result is float64 if that is, else float32. On a CPU, a matrix of
// 16-bit values is not converted as a whole: for few rows of x each value is widened as it is read, and not rounded to
// dot; for many rows and dot float32 a large matrix is widened block by block. These two have no gradient.
func Matmul(x, m *Node, axis int, dot dtypes.DType) *Node {
	compute := computeType(dot)
	if dot != dtypes.Float64 && m.DType().Size() < 4 && axis == 1 && backend.LoopsPay(x.Graph()) {
		switch blocks := wideningBlocks(m); {
		case fewRows(x) && compute == dtypes.Float32 && backend.HasNative(x.Graph()):
			return matmulNative(x, m)
		case fewRows(x):
			return matmulSum(x, m)
		case dot == dtypes.Float32 && blocks > 1:
			return matmulLoop(x, m, blocks)
		}
	}
	if dot == dtypes.BFloat16 && m.DType() == dtypes.Float32 && fewRows(x) {
		dot = dtypes.Float32 // to round the matrix would take longer than the product
	}
	y := DotGeneral(ConvertDType(x, dot), []int{x.Rank() - 1}, nil, ConvertDType(m, dot), []int{axis}, nil)
	return ConvertDType(y, compute)
}

// maxFewRows is the number of rows of x up to which a 16-bit matrix is widened as it is read. Above it, widening the
// matrix first is faster.
const maxFewRows = 16

// fewRows reports whether x [..., in] has so few rows that a product with a matrix takes no longer than to read the
// matrix.
func fewRows(x *Node) bool { return x.Shape().Size() <= maxFewRows*x.Shape().Dim(-1) }

// matmulNative is x·mᵀ in float32 by a kernel, for few rows x [..., in] and m [out, in] of 16-bit values.
func matmulNative(x, m *Node) *Node {
	rows := rowsOf(x)
	y := backend.CallNative("longseq_matmul16", []*Node{rows, m}, shapes.Make(dtypes.Float32, rows.Shape().Dim(0), m.Shape().Dim(0)))
	return likeRows(y[0], x)
}

// matmulSum is x·mᵀ in float32 as a sum of products, for few rows x [..., in] and m [out, in] of 16-bit values. XLA
// makes one loop of it, which widens each value of m as it reads it. Before a dot it would write all of m to memory in
// 32 bits, which takes ten times as long as the rest.
func matmulSum(x, m *Node) *Node {
	rows, m := rowsOf(x), ConvertDType(m, dtypes.Float32)
	all := []int{rows.Shape().Dim(0), m.Shape().Dim(0), m.Shape().Dim(1)}
	y := ReduceSum(Mul(BroadcastToDims(InsertAxes(rows, 1), all...), BroadcastToDims(InsertAxes(m, 0), all...)), -1)
	return likeRows(y, x)
}

// maxWidened is the number of values of a matrix that are widened at a time: 16 MB of float32.
const maxWidened = 1 << 22

// wideningBlocks is the number of blocks of rows that a matrix [out, in] is cut into to be widened: 1 where it is
// small, or where no number up to 64 divides its rows.
func wideningBlocks(m *Node) int {
	out, size := m.Shape().Dim(0), m.Shape().Size()
	for n := 1; n <= 64; n++ {
		if out%n == 0 && size/n <= maxWidened {
			return n
		}
	}
	return 1
}

// matmulLoop is x·mᵀ in float32, block by block of the rows of m [out, in]. Where each product is one dot, XLA widens
// the matrices of all layers before it begins, and a model takes three times its memory.
func matmulLoop(x, m *Node, blocks int) *Node {
	out, in := m.Shape().Dim(0), m.Shape().Dim(1)
	loop := backend.Loop{Inputs: []*Node{Reshape(m, blocks, out/blocks, in)}, Carry: []*Node{rowsOf(x)}}
	_, y := loop.Run(func(carry, block []*Node) (next, outputs []*Node) {
		widened := ConvertDType(block[0], dtypes.Float32)
		return carry, []*Node{DotGeneral(carry[0], []int{1}, nil, widened, []int{1}, nil)} // [rows, out/blocks]
	})
	return likeRows(TransposeAllAxes(y[0], 1, 0, 2), x)
}

// rowsOf is x [..., in] in float32 as [rows, in].
func rowsOf(x *Node) *Node { return Reshape(ConvertDType(x, dtypes.Float32), -1, x.Shape().Dim(-1)) }

// likeRows reshapes y, of as many rows as x [..., in] has, to [..., out].
func likeRows(y, x *Node) *Node {
	dims := slices.Clone(x.Shape().Dimensions)
	dims[len(dims)-1] = y.Shape().Size() * dims[len(dims)-1] / x.Shape().Size()
	return Reshape(y, dims...)
}
