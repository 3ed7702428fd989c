package reproduce

import (
	"fmt"
	"time"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/data/ruler"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/study"
)

// An Estimate is what a plan takes, before it runs.
type Estimate struct {
	Samples int     `json:"samples"` // to be asked
	Tokens  int64   `json:"tokens"`  // of their prompts and answers
	Seconds float64 `json:"seconds"` // of reading and answering, where no answer ends early
	Weights int64   `json:"weights"` // bytes
	State   int64   `json:"state"`   // bytes, of a sequence of the longest length
	Memory  int64   `json:"memory"`  // bytes, weights included, with Beside answers at a time
	Free    int64   `json:"free"`    // bytes; 0: not known
	Beside  int     `json:"beside"`  // answers that are decoded side by side at the longest length
}

// Machine is how fast a device is, as a short measurement found it.
type Machine struct {
	FLOPS float64 // a second, of a float32 matrix product
	Bytes float64 // a second, of a matrix read for one vector
	// Scores says whether attention holds those of all keys, for which memory must be there.
	Scores bool
}

// Measure times a matrix product and a product with a vector, each for a fraction of a second.
func Measure(b *backend.Backend) (Machine, error) {
	const n = 1024
	square := 2 * n * n * n / 1e9
	large, err := fastest(b, []int{n, n}, []int{n, n})
	if err != nil {
		return Machine{}, err
	}
	const wide = 4096
	vector, err := fastest(b, []int{1, wide}, []int{wide, wide})
	if err != nil {
		return Machine{}, err
	}
	return Machine{FLOPS: square * 1e9 / large.Seconds(), Bytes: 4 * wide * wide / vector.Seconds(), Scores: b.Native() != nil}, nil
}

// fastest returns the shortest time that a product of two matrices took.
func fastest(b *backend.Backend, left, right []int) (time.Duration, error) {
	e, err := NewExec(b, func(x, y *Node) *Node { return Dot(x, y) })
	if err != nil {
		return 0, fmt.Errorf("measure %s: %w", b.Found.Name, err)
	}
	defer e.Finalize()
	x, y := tensors.FromShape(shapes.Make(dtypes.Float32, left...)), tensors.FromShape(shapes.Make(dtypes.Float32, right...))
	best := time.Hour
	for range 6 {
		begin := time.Now()
		out, err := e.Exec1(x, y)
		if err != nil {
			return 0, fmt.Errorf("measure %s: %w", b.Found.Name, err)
		}
		if err := tensors.ConstFlatData(out, func([]float32) {}); err != nil { // waits for it
			return 0, fmt.Errorf("measure %s: %w", b.Found.Name, err)
		}
		best = min(best, time.Since(begin))
		if err := out.FinalizeAll(); err != nil {
			return 0, fmt.Errorf("measure %s: %w", b.Found.Name, err)
		}
	}
	return best, nil
}

// prefillShare is what part of a matrix product's rate reading reaches at least, elementwise work included.
const prefillShare = 0.6

// EstimateOf says what the missing samples of a plan take: weights is the size of the model's weights on the
// device, free what memory there is, 0 if that is not known. A plan that cannot run is an error with the numbers.
func EstimateOf(plan study.Plan, a lcmodels.Architecture, missing float64, m Machine, weights, free int64) (Estimate, error) {
	longest := 0
	for _, length := range plan.Lengths {
		longest = max(longest, length)
	}
	need := generate.Need(a, generate.DefaultChunk, longest, m.Scores)
	e := Estimate{Weights: weights, State: lcmodels.StateBytes(a, longest), Free: free, Beside: block}
	room := func(rows int) int64 { return weights + need.Of(rows, generate.DefaultChunk) }
	for free > 0 && e.Beside > 0 && room(e.Beside) > free {
		e.Beside--
	}
	if e.Beside < 1 {
		gb := func(n int64) float64 { return float64(n) / 1e9 }
		return e, fmt.Errorf("%d tokens do not fit: weights take %.1f GB, reading %.1f GB, and %.1f GB of memory are free: ask for shorter lengths",
			longest, gb(weights), gb(room(1)-weights), gb(free))
	}
	e.Memory = room(e.Beside)
	var samples, seconds float64
	for _, name := range plan.Tasks {
		budget := budgetOf(name)
		perCell := float64(plan.Samples * max(1, len(plan.Depths)) * max(1, len(plan.Formats)))
		for _, length := range plan.Lengths {
			samples += perCell
			e.Tokens += int64(perCell * missing * float64(length))
			prefill := float64(lcmodels.FLOPs(a, length-budget)) / (prefillShare * m.FLOPS)
			decode := float64(budget) * (float64(weights)/m.Bytes/float64(e.Beside) + float64(lcmodels.StateBytes(a, length))/m.Bytes)
			seconds += perCell * (prefill + decode)
		}
	}
	e.Samples, e.Seconds = int(samples*missing+0.5), seconds*missing
	return e, nil
}

// budgetOf is how many tokens a task's answer may have.
func budgetOf(task string) int {
	if t, err := ruler.TaskNamed(task); err == nil {
		return t.Budget
	}
	return ruler.Tasks()[0].Budget // a needle's
}

// String is the estimate in a line.
func (e Estimate) String() string {
	gb := func(n int64) float64 { return float64(n) / 1e9 }
	took := (time.Duration(e.Seconds * float64(time.Second))).Round(time.Second)
	text := fmt.Sprintf("%d samples, %d tokens: about %s at most; memory %.2f GB (weights %.2f GB, state %.3f GB a sequence, %d side by side)",
		e.Samples, e.Tokens, took, gb(e.Memory), gb(e.Weights), gb(e.State), e.Beside)
	if e.Free > 0 {
		text += fmt.Sprintf(" of %.1f GB free", gb(e.Free))
	}
	return text
}
