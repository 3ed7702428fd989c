package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// wkv6Chunk is the length of a chunk, in tokens: within it, exponents are taken for every pair of tokens
// and every channel.
const wkv6Chunk = 16

// WKV6 is the recurrence of RWKV-6, with one decay a channel and step and a bonus for the present token
// (Peng et al. 2024, eq. 18 and 19):
//
//	y[t] = r[t] · (S[t-1] + diag(u) k[t] ⊗ v[t])
//	S[t] = diag(exp(logW[t])) S[t-1] + k[t] ⊗ v[t]
//
// r, k, logW: [B, T, H, K], logW at most 0; v: [B, T, H, V]; u: [H, K]; s0: [B, H, K, V]. It returns
// y [B, T, H, V] and last [B, H, K, V].
func WKV6(r, k, v, logW, u, s0 *Node, form Form) (y, last *Node) {
	dims := r.Shape().Dimensions
	B, T, H, K := dims[0], dims[1], dims[2], dims[3]
	V := v.Shape().Dim(3)
	k.AssertDims(B, T, H, K)
	v.AssertDims(B, T, H, V)
	logW.AssertDims(B, T, H, K)
	u.AssertDims(H, K)
	s0.AssertDims(B, H, K, V)

	outputType := r.DType()
	n := convertAll(computeType(outputType), r, k, v, logW, u, s0)
	if T == 1 {
		y, last = wkv6Step(n[0], n[1], n[2], n[3], n[4], n[5])
	} else if form.native(r.Graph(), n[0].DType()) {
		y, last = wkv6Native(n)
	} else if form.loops(r.Graph()) {
		y, last = wkv6Loop(n[0], n[1], n[2], n[3], n[4], n[5])
	} else {
		y, last = wkv6Chunked(n[0], n[1], n[2], n[3], n[4], n[5], wkv6Chunk)
	}
	return ConvertDType(y, outputType), last
}

// wkv6Native is WKV6 by a kernel, from r, k, v, logW, u and s0. Its gradient is that of wkv6Loop.
func wkv6Native(in []*Node) (y, last *Node) {
	out := likeGradient(in, backend.CallNative("longseq_wkv6", in, in[2].Shape(), in[5].Shape()), func(in []*Node) []*Node {
		y, last := wkv6Loop(in[0], in[1], in[2], in[3], in[4], in[5])
		return []*Node{y, last}
	})
	return out[0], out[1]
}

// wkv6Step is WKV6 for T = 1.
func wkv6Step(r, k, v, logW, u, s0 *Node) (y, last *Node) {
	dims := s0.Shape().Dimensions
	B, H, K, V := dims[0], dims[1], dims[2], dims[3]
	column := func(x *Node) *Node { return Reshape(x, B, H, K, 1) }
	product := Mul(column(k), Reshape(v, B, H, 1, V))
	seen := Add(s0, Mul(Reshape(u, 1, H, K, 1), product))
	y = ReduceSum(Mul(column(r), seen), 2)
	return Reshape(y, B, 1, H, V), Add(Mul(column(Exp(logW)), s0), product)
}

// wkv6Chunked is WKV6 with all pairs of tokens within chunks, and states carried between them.
func wkv6Chunked(r, k, v, logW, u, s0 *Node, chunk int) (y, last *Node) {
	dims := s0.Shape().Dimensions
	B, H, K, V := dims[0], dims[1], dims[2], dims[3]
	T := r.Shape().Dim(1)
	z := cut(T, chunk)
	Z, C := z.count, z.length
	heads := func(x *Node) *Node { return TransposeAllAxes(z.split(x), 0, 1, 3, 2, 4) }
	r, k, v, logW = heads(r), heads(k), heads(v), heads(clampLog(logW)) // [B, Z, H, C, K or V]

	sum := TransposeAllAxes(cumulate(TransposeAllAxes(logW, 0, 1, 2, 4, 3)), 0, 1, 2, 4, 3) // [B, Z, H, C, K]
	sumBefore := Sub(sum, logW)                                                             // of the steps before
	total := SliceAxis(sum, 3, AxisElem(-1))                                                // [B, Z, H, 1, K]

	earlier := Reshape(ShapedLowerTriangular(r.Graph(), C, C, -1), 1, 1, 1, C, C, 1)
	decay := maskedExp(Sub(InsertAxes(sumBefore, 4), InsertAxes(sum, 3)), earlier) // [B, Z, H, C, C, K]
	weights := ReduceSum(Mul(Mul(InsertAxes(r, 4), InsertAxes(k, 3)), decay), -1)  // [B, Z, H, C, C]
	bonus := ReduceSum(Mul(Mul(r, k), Reshape(u, 1, 1, H, 1, K)), -1)              // [B, Z, H, C]
	diagonal := Reshape(ConvertDType(Diagonal(r.Graph(), C), r.DType()), 1, 1, 1, C, C)
	weights = Add(weights, Mul(InsertAxes(bonus, -1), diagonal))
	within := DotGeneral(weights, []int{4}, []int{0, 1, 2}, v, []int{3}, []int{0, 1, 2}) // [B, Z, H, C, V]

	toEnd := Mul(k, Exp(Sub(total, sum)))
	added := DotGeneral(toEnd, []int{3}, []int{0, 1, 2}, v, []int{3}, []int{0, 1, 2}) // [B, Z, H, K, V]
	before, last := carry(Reshape(total, B, Z, H*K), Reshape(added, B, Z, H*K, V), Reshape(s0, B, H*K, V))
	before = Reshape(before, B, Z, H, K, V)
	fromBefore := DotGeneral(Mul(r, Exp(sumBefore)), []int{4}, []int{0, 1, 2}, before, []int{3}, []int{0, 1, 2})

	y = TransposeAllAxes(Add(within, fromBefore), 0, 1, 3, 2, 4) // [B, Z, C, H, V]
	return z.join(y, T), Reshape(last, B, H, K, V)
}
