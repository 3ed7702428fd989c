package reproduce

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"longseq/data/ruler"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/generate"
	"longseq/study"
)

// An Estimate is what the missing samples of an evaluation take: at most, since prompts of one batch that begin alike share what
// they share, and answers may end early.
type Estimate struct {
	Samples int     `json:"samples"`           // that the store does not have
	Tokens  int64   `json:"tokens"`            // of their prompts and answers
	Answers int64   `json:"answers,omitempty"` // tokens of their answers alone
	Seconds float64 `json:"seconds"`           // to read and answer them, if every answer uses its whole token budget
	Weights int64   `json:"weights"`           // bytes
	State   int64   `json:"state"`             // bytes, of one sequence of the longest length
	Memory  int64   `json:"memory"`            // bytes of weights, states and activations, with Batch sequences
	Free    int64   `json:"free"`              // bytes; 0: unknown
	Batch   int     `json:"beside"`            // sequences of the longest length that are decoded together
	// Models are the parts of several models, of which the estimate is the sum, and of bytes the most.
	Models []ModelEstimate `json:"models,omitempty"`
}

// A ModelEstimate is the part of one model.
type ModelEstimate struct {
	Model string `json:"model"` // in the plan
	Estimate
}

// workload is what is estimated of a model.
type workload struct {
	architecture lcmodels.Architecture
	weights      int64 // bytes on the device
	longest      int   // tokens
	todo         []load
}

// A load is samples of one length and budget.
type load struct {
	length, budget int // tokens
	samples        float64
}

// prefillShare is the part of a matrix product's speed that prefill reaches at least, elementwise work included.
const prefillShare = 0.6

// estimate returns the workload's estimate on a machine with that much free memory in bytes, 0 if unknown. It is an
// error, with the numbers, if the longest sample does not fit.
func (w workload) estimate(s speed, free int64) (Estimate, error) {
	need := generate.Need(w.architecture, generate.DefaultChunk, w.longest, s.scoreMatrix)
	e := Estimate{Weights: w.weights, State: lcmodels.StateBytes(w.architecture, w.longest), Free: free, Batch: batch}
	memory := func(rows int) int64 { return w.weights + need.Of(rows, generate.DefaultChunk) }
	for free > 0 && e.Batch > 0 && memory(e.Batch) > free {
		e.Batch--
	}
	if e.Batch < 1 {
		return e, fmt.Errorf("%d tokens do not fit: weights take %.1f GB, reading %.1f GB, and %.1f GB of memory are free: ask for shorter lengths",
			w.longest, gb(w.weights), gb(memory(1)-w.weights), gb(free))
	}
	e.Memory = memory(e.Batch)
	var samples float64
	for _, l := range w.todo {
		samples += l.samples
		e.Tokens += int64(l.samples * float64(l.length))
		e.Answers += int64(l.samples * float64(l.budget))
		prefill := float64(lcmodels.FLOPs(w.architecture, l.length-l.budget)) / (prefillShare * s.flops)
		step := (float64(w.weights)/float64(e.Batch) + float64(lcmodels.StateBytes(w.architecture, l.length))) / s.bytes
		e.Seconds += l.samples * (prefill + float64(l.budget)*step)
	}
	e.Samples = int(samples + 0.5)
	return e, nil
}

// Estimate says what the samples that the store does not have take, of this shard. It opens the backend and times it for about a
// second. It is an error if the longest samples do not fit into the memory that is free.
func (e Evaluation) Estimate() (Estimate, error) {
	todo, err := e.todo()
	if err != nil {
		return Estimate{}, err
	}
	b, err := backend.Open(e.options.Backend)
	if err != nil {
		return Estimate{}, err
	}
	defer b.Finalize()
	speed, err := measure(b)
	if err != nil {
		return Estimate{}, err
	}
	free, _ := backend.FreeMemory(b)
	var sum Estimate
	for _, s := range e.subjects {
		weights, err := checkpoint.Open(s.location.Path)
		if err != nil {
			return sum, err
		}
		w := workload{architecture: s.architecture, weights: weights.Bytes(), longest: todo[s.name].longest, todo: todo[s.name].todo}
		weights.Close()
		one, err := w.estimate(speed, free)
		if err != nil {
			return one, fmt.Errorf("estimate %s: %w", s.model, err)
		}
		sum.add(s.name, one)
	}
	return sum, nil
}

// add adds the estimate of a model.
func (e *Estimate) add(model string, o Estimate) {
	e.Models = append(e.Models, ModelEstimate{model, o})
	if len(e.Models) == 1 {
		models := e.Models
		*e = o
		e.Models = models
		return
	}
	e.Samples, e.Tokens, e.Answers, e.Seconds = e.Samples+o.Samples, e.Tokens+o.Tokens, e.Answers+o.Answers, e.Seconds+o.Seconds
	e.Weights, e.State, e.Memory, e.Batch = max(e.Weights, o.Weights), max(e.State, o.State), max(e.Memory, o.Memory), min(e.Batch, o.Batch)
}

// todo returns what is missing of each model, by its name, in this shard.
func (e Evaluation) todo() (map[string]*workload, error) {
	resolved, err := study.Resolve(e.Plan, e.models, e.tasks)
	if err != nil {
		return nil, err
	}
	store, err := study.OpenStore(e.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	there := map[string]int{}
	for _, r := range store.Records {
		if r.Sample < resolved.Plan.Samples {
			there[r.Cell]++
		}
	}
	cells, err := resolved.Cells(e.tasks)
	if err != nil {
		return nil, err
	}
	shares, err := e.shares()
	if err != nil {
		return nil, err
	}
	todo := map[string]*workload{}
	for _, c := range cells {
		w := todo[c.Model]
		if w == nil {
			w = &workload{}
			todo[c.Model] = w
		}
		w.longest = max(w.longest, c.Length)
		if missing := resolved.Plan.Samples - there[c.ID]; missing > 0 {
			w.todo = append(w.todo, load{c.Length, budgetOf(c.Task), float64(missing) * shares[c.Model]})
		}
	}
	return todo, nil
}

// shares returns the share of each model's missing tokens that this shard reads.
func (e Evaluation) shares() (map[string]float64, error) {
	shares := map[string]float64{}
	for _, name := range e.Plan.Models {
		shares[name] = 1
	}
	if e.options.Shard.Of <= 1 {
		return shares, nil
	}
	all, err := study.Sweep{Plan: e.Plan, Models: e.models, Tasks: e.tasks, Dir: e.Dir}.DryRun()
	if err != nil {
		return nil, err
	}
	mine, err := study.Sweep{Plan: e.Plan, Models: e.models, Tasks: e.tasks, Dir: e.Dir, Shard: e.options.Shard}.DryRun()
	if err != nil {
		return nil, err
	}
	for _, m := range all.Models {
		shares[m.Model] = 0
		if i := slices.IndexFunc(mine.Models, func(o study.ModelEstimate) bool { return o.Model == m.Model }); i >= 0 && m.Tokens > 0 {
			shares[m.Model] = float64(mine.Models[i].Tokens) / float64(m.Tokens)
		}
	}
	return shares, nil
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
