package reproduce

import (
	"fmt"
	"slices"
	"time"

	"longseq/data/ruler"
	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/study"
)

// An Estimate is what the missing samples of an evaluation take.
type Estimate struct {
	Samples int     `json:"samples"` // that the store does not have
	Tokens  int64   `json:"tokens"`  // of their prompts and answers
	Seconds float64 `json:"seconds"` // to read and answer them, if every answer uses its whole token budget
	Weights int64   `json:"weights"` // bytes
	State   int64   `json:"state"`   // bytes, of one sequence of the longest length
	Memory  int64   `json:"memory"`  // bytes of weights, states and activations, with Batch sequences
	Free    int64   `json:"free"`    // bytes; 0: unknown
	Batch   int     `json:"beside"`  // sequences of the longest length that are decoded together
}

// workload is what is estimated.
type workload struct {
	plan         study.Plan
	architecture lcmodels.Architecture
	weights      int64   // bytes on the device
	missing      float64 // share of the plan's samples that the store does not have
}

// prefillShare is the part of a matrix product's speed that prefill reaches at least, elementwise work included.
const prefillShare = 0.6

// estimate returns the workload's estimate on a machine with that much free memory in bytes, 0 if unknown. It is an
// error, with the numbers, if the longest sample does not fit.
func (w workload) estimate(s speed, free int64) (Estimate, error) {
	longest := slices.Max(w.plan.Lengths)
	need := generate.Need(w.architecture, generate.DefaultChunk, longest, s.scoreMatrix)
	e := Estimate{Weights: w.weights, State: lcmodels.StateBytes(w.architecture, longest), Free: free, Batch: batch}
	memory := func(rows int) int64 { return w.weights + need.Of(rows, generate.DefaultChunk) }
	for free > 0 && e.Batch > 0 && memory(e.Batch) > free {
		e.Batch--
	}
	if e.Batch < 1 {
		return e, fmt.Errorf("%d tokens do not fit: weights take %.1f GB, reading %.1f GB, and %.1f GB of memory are free: ask for shorter lengths",
			longest, gb(w.weights), gb(memory(1)-w.weights), gb(free))
	}
	e.Memory = memory(e.Batch)
	perLength := float64(w.plan.Samples * max(1, len(w.plan.Depths)) * max(1, len(w.plan.Formats)))
	var samples, seconds float64
	for _, task := range w.plan.Tasks {
		budget := budgetOf(task)
		for _, length := range w.plan.Lengths {
			samples += perLength
			e.Tokens += int64(perLength * w.missing * float64(length))
			prefill := float64(lcmodels.FLOPs(w.architecture, length-budget)) / (prefillShare * s.flops)
			step := (float64(w.weights)/float64(e.Batch) + float64(lcmodels.StateBytes(w.architecture, length))) / s.bytes
			seconds += perLength * (prefill + float64(budget)*step)
		}
	}
	e.Samples, e.Seconds = int(samples*w.missing+0.5), seconds*w.missing
	return e, nil
}

// budgetOf returns how many tokens a task's answer may have.
func budgetOf(task string) int {
	if t, err := ruler.TaskNamed(task); err == nil {
		return t.Budget
	}
	return ruler.SingleNeedleTask().Budget
}

// String returns the estimate on one line.
func (e Estimate) String() string {
	took := (time.Duration(e.Seconds * float64(time.Second))).Round(time.Second)
	text := fmt.Sprintf("%d samples, %d tokens: about %s at most; memory %.2f GB (weights %.2f GB, state %.3f GB per sequence, batch %d)",
		e.Samples, e.Tokens, took, gb(e.Memory), gb(e.Weights), gb(e.State), e.Batch)
	if e.Free > 0 {
		text += fmt.Sprintf(" of %.1f GB free", gb(e.Free))
	}
	return text
}

func gb(bytes int64) float64 { return float64(bytes) / 1e9 }
