package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// minLoopScores is the number of scores from which a loop over heads is faster: more do not stay in the processor's
// caches between a product, its softmax and the next product.
const minLoopScores = 1 << 21

// attentionLoop is Attention with the heads of a group one by one, of queries that are scaled.
func attentionLoop(in AttentionInputs) *Node {
	mask := in.mask()
	loop := backend.Loop{Inputs: []*Node{byGroup(in.Q, in.K)}, Axis: 2, Carry: []*Node{mask, in.K, in.V}}
	_, out := loop.Run(func(carry, q []*Node) (next, outputs []*Node) {
		y := attendHeads(InsertAxes(q[0], 2), carry[1], carry[2], carry[0])
		return carry, []*Node{Squeeze(y, 2)}
	})
	return zeroWhereBlind(byTime(out[0]), mask, 1)
}
