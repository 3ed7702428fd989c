package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend/backendtest"
)

// clipHeads scales each head of a state [B, H, ., .] whose norm is above the limit, and returns by what.
func clipHeads(state array, limit float64) []float64 {
	heads := state.Dims[0] * state.Dims[1]
	size := len(state.Values) / heads
	factors := make([]float64, heads)
	for h := range factors {
		squares := 0.0
		for _, v := range state.Values[h*size : (h+1)*size] {
			squares += v * v
		}
		factors[h] = math.Min(1, limit/math.Sqrt(squares))
		for i := range size {
			state.Values[h*size+i] *= factors[h]
		}
	}
	return factors
}

// The naive recurrence of one token, with its state clipped behind it, is the clipped one.
func TestClippedStatesEqualTheNaiveRecurrenceTokenByToken(t *testing.T) {
	for _, backend := range []string{"xla:cpu", "go"} { // with and without loops
		b := backendtest.Open(t, backend)
		t.Cleanup(b.Finalize)
		for _, c := range []struct {
			recurrence int
			readsAfter bool // the output is read from the clipped state
			graph      func(in []*Node, limit float64) (y, last *Node)
		}{
			{1, true, func(in []*Node, limit float64) (y, last *Node) { return ClippedSSD(ssdInputs(in), limit) }},
			{2, false, func(in []*Node, limit float64) (y, last *Node) { return ClippedWKV6(wkv6Inputs(in), limit) }},
		} {
			rec := recurrences[c.recurrence]
			for _, T := range []int{1, 9} {
				const limit = 1.5
				rng := rand.New(rand.NewPCG(2, uint64(T)))
				in := rec.Inputs(rng, T, func() float64 { return -rng.Float64() })
				var want []float64
				state, clipped := in[len(in)-1].Clone(), 0
				steps := make([][]float64, T)
				for step := range T {
					now := append([]array{}, in...)
					for i, timed := range rec.Time {
						if timed {
							now[i] = in[i].Cut(step, step+1)
						}
					}
					now[len(now)-1] = state
					out := rec.Run(now)
					state = out[len(out)-1]
					factors := clipHeads(state, limit)
					P := out[0].Dims[3]
					for h, f := range factors {
						if f < 1 {
							clipped++
						}
						for p := range P {
							if c.readsAfter {
								out[0].Values[h*P+p] *= f
							}
						}
					}
					steps[step] = out[0].Values
				}
				B, row := in[0].Dims[0], len(steps[0])/in[0].Dims[0]
				for r := range B {
					for step := range T {
						want = append(want, steps[step][r*row:(r+1)*row]...)
					}
				}
				if clipped == 0 {
					t.Fatal("no state was clipped")
				}
				exec := executor(t, b, func(in []*Node) []*Node {
					y, last := c.graph(in, limit)
					return []*Node{y, last}
				})
				got := run(t, exec, dtypes.Float32, in...)
				near(t, fmt.Sprintf("%s on %s, T=%d: y", rec.Name, backend, T), got[0], want, exact32)
				near(t, fmt.Sprintf("%s on %s, T=%d: last", rec.Name, backend, T), got[1], state.Values, exact32)
			}
		}
	}
}
