package ops

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// wkv6Chunk is the length of a chunk, in tokens. Within it exponents are taken for every pair of tokens and every
// channel.
const wkv6Chunk = 16

// WKV6Inputs are the inputs of WKV6.
type WKV6Inputs struct {
	R     *Node // receptance [B, T, H, K]
	K     *Node // keys [B, T, H, K]
	V     *Node // values [B, T, H, P]
	LogW  *Node // logarithms of decays [B, T, H, K], at most 0
	U     *Node // bonus for the present token [H, K]
	Start *Node // the state before the first token [B, H, K, P]
}

// WKV6 is the recurrence of RWKV-6, with one decay a channel and step and a bonus for the present token
// (Peng et al. 2024, eq. 18 and 19):
//
//	y[t] = r[t] · (h[t-1] + diag(u) k[t] ⊗ v[t])
//	h[t] = diag(exp(logW[t])) h[t-1] + k[t] ⊗ v[t]
//
// It returns y [B, T, H, P] and the last state [B, H, K, P].
func WKV6(in WKV6Inputs, form Form) (y, last *Node) {
	dims := in.R.Shape().Dimensions
	B, T, H, K := dims[0], dims[1], dims[2], dims[3]
	P := in.V.Shape().Dim(3)
	in.K.AssertDims(B, T, H, K)
	in.V.AssertDims(B, T, H, P)
	in.LogW.AssertDims(B, T, H, K)
	in.U.AssertDims(H, K)
	in.Start.AssertDims(B, H, K, P)

	outputType := in.R.DType()
	in = wkv6Inputs(convertAll(computeType(outputType), in.nodes()...))
	if T == 1 {
		y, last = wkv6Step(in)
		return ConvertDType(y, outputType), last
	}
	switch form.choose(in.R.Graph(), in.R.DType() == dtypes.Float32, true) {
	case Native:
		y, last = wkv6Native(in, form == Inference)
	case Loop:
		y, last = wkv6Loop(in)
	default:
		y, last = wkv6Parallel(in, wkv6Chunk)
	}
	return ConvertDType(y, outputType), last
}

// nodes lists the inputs in order.
func (in WKV6Inputs) nodes() []*Node { return []*Node{in.R, in.K, in.V, in.LogW, in.U, in.Start} }

// wkv6Inputs undoes nodes.
func wkv6Inputs(n []*Node) WKV6Inputs {
	return WKV6Inputs{R: n[0], K: n[1], V: n[2], LogW: n[3], U: n[4], Start: n[5]}
}

// wkv6Native is WKV6 by a kernel. Unless no gradient is taken, the kernel also returns the states before each chunk, which
// the kernel of the gradient begins with.
func wkv6Native(in WKV6Inputs, inference bool) (y, last *Node) {
	if inference {
		results := backend.CallNative("longseq_wkv6", in.nodes(), in.V.Shape(), in.Start.Shape())
		return results[0], results[1]
	}
	const chunk = 32 // of the kernel
	B, T, H, K := in.K.Shape().Dim(0), in.K.Shape().Dim(1), in.K.Shape().Dim(2), in.K.Shape().Dim(3)
	states := shapes.Make(dtypes.Float32, B, H, (T+chunk-1)/chunk, K, in.V.Shape().Dim(3))
	forward := backend.CallNative("longseq_wkv6", in.nodes(), in.V.Shape(), in.Start.Shape(), states)
	out := backend.CustomGradient(in.nodes(), forward[:2], func(v []*Node) []*Node {
		d := backend.CallNative("longseq_wkv6_backward", []*Node{in.R, in.K, in.V, in.LogW, in.U, forward[2], v[0], v[1]},
			in.R.Shape(), in.K.Shape(), in.V.Shape(), in.LogW.Shape(), shapes.Make(dtypes.Float32, B, H, K), in.Start.Shape())
		return []*Node{d[0], d[1], d[2], d[3], ReduceSum(d[4], 0), d[5]}
	})
	return out[0], out[1]
}

// wkv6Step is WKV6 for T = 1.
func wkv6Step(in WKV6Inputs) (y, last *Node) {
	dims := in.Start.Shape().Dimensions
	B, H, K, P := dims[0], dims[1], dims[2], dims[3]
	column := func(x *Node) *Node { return Reshape(x, B, H, K, 1) }
	product := Mul(column(in.K), Reshape(in.V, B, H, 1, P))
	read := Add(in.Start, Mul(Reshape(in.U, 1, H, K, 1), product))
	y = ReduceSum(Mul(column(in.R), read), 2)
	return Reshape(y, B, 1, H, P), Add(Mul(column(Exp(in.LogW)), in.Start), product)
}

// wkv6Parallel is WKV6 with all pairs of tokens within chunks, and states carried between them.
func wkv6Parallel(in WKV6Inputs, chunk int) (y, last *Node) {
	dims := in.Start.Shape().Dimensions
	B, H, K, P := dims[0], dims[1], dims[2], dims[3]
	T := in.R.Shape().Dim(1)
	z := cut(T, chunk)
	Z, C := z.count, z.length
	heads := func(x *Node) *Node { return TransposeAllAxes(z.split(x), 0, 1, 3, 2, 4) }
	r, k, v, logW := heads(in.R), heads(in.K), heads(in.V), heads(clampLog(in.LogW)) // [B, Z, H, C, K or P]

	sum := TransposeAllAxes(cumulate(TransposeAllAxes(logW, 0, 1, 2, 4, 3)), 0, 1, 2, 4, 3) // [B, Z, H, C, K]
	sumBefore := Sub(sum, logW)                                                             // without the step itself
	total := SliceAxis(sum, 3, AxisElem(-1))                                                // [B, Z, H, 1, K]

	earlier := Reshape(ShapedLowerTriangular(r.Graph(), C, C, -1), 1, 1, 1, C, C, 1)
	decay := maskedExp(Sub(InsertAxes(sumBefore, 4), InsertAxes(sum, 3)), earlier) // [B, Z, H, C, C, K]
	weights := ReduceSum(Mul(Mul(InsertAxes(r, 4), InsertAxes(k, 3)), decay), -1)  // [B, Z, H, C, C]
	bonus := ReduceSum(Mul(Mul(r, k), Reshape(in.U, 1, 1, H, 1, K)), -1)           // [B, Z, H, C]
	diagonal := Reshape(ConvertDType(Diagonal(r.Graph(), C), r.DType()), 1, 1, 1, C, C)
	weights = Add(weights, Mul(InsertAxes(bonus, -1), diagonal))
	within := DotGeneral(weights, []int{4}, []int{0, 1, 2}, v, []int{3}, []int{0, 1, 2}) // [B, Z, H, C, P]

	toEnd := Mul(k, Exp(Sub(total, sum)))
	added := DotGeneral(toEnd, []int{3}, []int{0, 1, 2}, v, []int{3}, []int{0, 1, 2}) // [B, Z, H, K, P]
	before, last := carry(Reshape(total, B, Z, H*K), Reshape(added, B, Z, H*K, P), Reshape(in.Start, B, H*K, P))
	before = Reshape(before, B, Z, H, K, P)
	fromBefore := DotGeneral(Mul(r, Exp(sumBefore)), []int{4}, []int{0, 1, 2}, before, []int{3}, []int{0, 1, 2})

	y = TransposeAllAxes(Add(within, fromBefore), 0, 1, 3, 2, 4) // [B, Z, C, H, P]
	return z.join(y, T), Reshape(last, B, H, K, P)
}
