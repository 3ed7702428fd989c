package ops

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/ops/naive"
)

// The width of a layer that is measured: 4 heads of 64, states of 64.
const (
	benchHeads = 4
	benchDim   = 64
	benchState = 64
)

// benchInputs draws the inputs of a recurrence for one sequence of T tokens.
func benchInputs(name string, T int) []array {
	rng := rand.New(rand.NewPCG(1, uint64(T)))
	normal := rng.NormFloat64
	decay := func() float64 { return -math.Exp(rng.NormFloat64() - 3) }
	positive := func() float64 { return math.Abs(rng.NormFloat64()) }
	switch name {
	case "Linear":
		keep := func() float64 { return math.Exp(decay()) }
		return []array{naive.Draw(keep, 1, T, benchHeads*benchDim), naive.Draw(normal, 1, T, benchHeads*benchDim), naive.Draw(normal, 1, benchHeads*benchDim)}
	case "SSD":
		return []array{naive.Draw(normal, 1, T, benchHeads, benchDim), naive.Draw(positive, 1, T, benchHeads), naive.Draw(decay, 1, T, benchHeads),
			naive.Draw(normal, 1, T, 1, benchState), naive.Draw(normal, 1, T, 1, benchState), naive.Draw(normal, 1, benchHeads, benchDim, benchState)}
	default:
		return []array{naive.Draw(normal, 1, T, benchHeads, benchDim), naive.Draw(normal, 1, T, benchHeads, benchDim), naive.Draw(normal, 1, T, benchHeads, benchDim),
			naive.Draw(decay, 1, T, benchHeads, benchDim), naive.Draw(normal, benchHeads, benchDim), naive.Draw(normal, 1, benchHeads, benchDim, benchDim)}
	}
}

// BenchmarkForward reads one sequence with each recurrence in each form.
func BenchmarkForward(b *testing.B) {
	benchmark(b, []int{1 << 10, 4 << 10, 16 << 10, 64 << 10}, func(r recurrence, form Form, in []*Node) []*Node {
		y, last := r.graph(in, form)
		return []*Node{y, last}
	})
}

// BenchmarkGradient does what training does: forward and the gradients of all inputs.
func BenchmarkGradient(b *testing.B) {
	benchmark(b, []int{1 << 10, 4 << 10}, func(r recurrence, form Form, in []*Node) []*Node {
		y, last := r.graph(in, form)
		return Gradient(Add(ReduceAllSum(Square(y)), ReduceAllSum(Square(last))), in...)
	})
}

func benchmark(b *testing.B, lengths []int, graph func(r recurrence, form Form, in []*Node) []*Node) {
	engine := backendtest.Open(b, "")
	defer engine.Finalize()
	for _, r := range recurrences {
		for _, form := range r.forms {
			for _, T := range lengths {
				b.Run(fmt.Sprintf("%s/%s/%dK", r.Name, form, T>>10), func(b *testing.B) {
					var args []any
					for _, a := range benchInputs(r.Name, T) {
						args = append(args, tensor(a, dtypes.Float32))
					}
					exec, err := NewExec(engine, func(in []*Node) []*Node { return graph(r, form, in) })
					if err != nil {
						b.Fatal(err)
					}
					defer exec.Finalize()
					run := func() {
						out, err := exec.Exec(args...)
						if err == nil { // reading the state waits until all is computed
							_, err = tensors.CopyFlatData[float32](out[len(out)-1])
						}
						for _, x := range out {
							err = errors.Join(err, x.FinalizeAll())
						}
						if err != nil {
							b.Fatal(err)
						}
					}
					run() // compiles
					for b.Loop() {
						run()
					}
					b.ReportMetric(float64(T)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
				})
			}
		}
	}
}
