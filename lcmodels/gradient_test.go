package lcmodels_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/lcmodels"
)

// nextTokenLoss is the mean cross entropy of predicting tokens[:, 1:] from logits[:, :-1].
func nextTokenLoss(logits, tokens *Node) *Node {
	d := logits.Shape().Dimensions
	logProbs := LogSoftmax(Slice(logits, AxisRange(), AxisRange(0, d[1]-1)), -1)
	target := OneHot(Slice(tokens, AxisRange(), AxisRange(1, d[1])), d[2], logits.DType())
	return Neg(ReduceAllMean(ReduceSum(Mul(logProbs, target), -1)))
}

func TestGradientsEqualTheReferences(t *testing.T) {
	b := open(t)
	for _, name := range []string{"mamba2", "transformerpp", "llama", "rwkv6", "recurrentgemma"} {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			m := g.model
			e, err := NewExec(b, func(in []*Node) []*Node {
				w, err := lcmodels.NewWeights(m.Architecture.Weights(), in[1:], dtypes.Float32)
				if err != nil {
					panic(err)
				}
				loss := nextTokenLoss(lcmodels.Forward(m.Architecture, w, lcmodels.Chunk{Tokens: in[0]}), in[0])
				return append([]*Node{loss}, Gradient(loss, in[1:]...)...)
			})
			check(t, err)
			defer e.Finalize()
			args := []any{tensors.FromValue(g.tokens(t, "tokens"))}
			args = append(args, onDevice(t, b, m)...)
			out, err := e.Exec(args...)
			check(t, err)
			if loss := float64(tensors.ToScalar[float32](out[0])); math.Abs(loss-g.notes.Gradient.Loss) > 1e-5 {
				t.Errorf("loss %g, want %g", loss, g.notes.Gradient.Loss)
			}
			compareGradients(t, g, out[1:])
		})
	}
}

// compareGradients checks the norm of each weight's gradient, and the whole gradient where the golden
// file holds it.
func compareGradients(t *testing.T, g *golden, gradients []*tensors.Tensor) {
	t.Helper()
	const absolute = 1e-7 // float32 noise of gradients that are zero
	for i, spec := range g.model.Architecture.Weights() {
		got, err := tensors.CopyFlatData[float32](gradients[i])
		check(t, err)
		norm := 0.0
		for _, v := range got {
			norm += float64(v) * float64(v)
		}
		norm = math.Sqrt(norm)
		want, ok := g.notes.Gradient.Norms[spec.Name]
		if !ok {
			t.Errorf("no golden gradient norm of %s", spec.Name)
			continue
		}
		if !(math.Abs(norm-want) <= g.notes.Tolerance.GradNorm*want+absolute) {
			t.Errorf("gradient of %s has norm %g, want %g", spec.Name, norm, want)
		}
		if whole, err := g.tensors.Float32("grad." + spec.Name); err == nil {
			within(t, "gradient of "+strings.TrimPrefix(spec.Name, "backbone."), got, whole, g.notes.Tolerance.GradNorm*want+absolute)
		}
	}
}
