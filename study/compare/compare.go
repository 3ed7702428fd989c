package compare

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"longseq/data"
	"longseq/study/stats"
)

// Options say what is compared.
type Options struct {
	By         []string        // of Keys; what is not among them is pooled; nil: length
	LogProb    bool            // compare the log-probability of the right answer, in nats, in place of scores
	Threshold  stats.Threshold // of effective lengths; the zero value: 0.856
	Base       int             // the length whose score a relative threshold is a share of; 0: each model's shortest
	Confidence float64         // of intervals; 0: 0.95
}

// DefaultThreshold is the score that a length must have to count as reached: that of Llama 2 7B at 4,096 tokens, as RULER takes it
// (Hsieh et al. 2024, section 4).
const DefaultThreshold = 0.856

// What numbers are one of.
const (
	Checkpoint   = "checkpoint"
	Architecture = "architecture"
)

// A Result is what a comparison found.
type Result struct {
	Scores      []Score      `json:"scores"`
	Differences []Difference `json:"differences"`
	Effective   []Effective  `json:"effective"`
	Factors     []Factor     `json:"factors"`
	Warnings    []string     `json:"-"`
}

// A Cell is the place of a number: the keys that answers are compared by. What is nil is pooled, or the answers there have none.
type Cell struct {
	Length *int     `json:"length,omitempty"`
	Depth  *float64 `json:"depth,omitempty"`
	Format *string  `json:"format,omitempty"`
	Task   *string  `json:"task,omitempty"`
}

// A Difference is model A's score minus B's, on what both were asked.
type Difference struct {
	A string `json:"a"`
	B string `json:"b"`
	Cell
	Difference float64 `json:"difference"`
	Low        float64 `json:"low"`  // marginal
	High       float64 `json:"high"` // marginal
	P          float64 `json:"p"`    // marginal
	PFamily    float64 `json:"p_family"`
	Scope      string  `json:"scope"`
}

// An Effective is a model's effective length in tokens, all else pooled. See [stats.Reach].
type Effective struct {
	Model    string   `json:"model"`
	Length   float64  `json:"length"`
	Low      *float64 `json:"low"`  // nil: below the shortest length
	High     *float64 `json:"high"` // nil: above the longest length
	Censored string   `json:"censored"`
	Scope    string   `json:"scope"`
}

// A Factor is the share that a factor has in the variance of scores.
type Factor struct {
	Factor string  `json:"factor"`
	Share  float64 `json:"share"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// complete fills in what options leave open.
func (o Options) complete() (Options, error) {
	if o.By == nil {
		o.By = []string{"length"}
	}
	if o.Threshold == (stats.Threshold{}) {
		o.Threshold.Absolute = DefaultThreshold
	}
	if o.Confidence == 0 {
		o.Confidence = 0.95
	}
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return o, fmt.Errorf("confidence is %v: want a share between 0 and 1", o.Confidence)
	}
	if o.Base != 0 && o.Threshold.Relative == 0 {
		return o, errors.New("a base length goes with a relative threshold")
	}
	return o, cmp.Or(CheckKeys(o.By), o.Threshold.Validate())
}

// Compare compares models by their answers, of which no two are to the same question by the same training in the same stratum.
// Differences of models with two seeds each are of architecture scope, and their family is Holm's over t; all others are of checkpoint
// scope, and their family is that of whole questions' sign flips. The order of answers changes nothing.
func Compare(answers []Answer, o Options) (Result, error) {
	o, err := o.complete()
	if err != nil {
		return Result{}, fmt.Errorf("compare: %w", err)
	}
	if o.LogProb {
		all := len(answers)
		answers = slices.DeleteFunc(slices.Clone(answers), func(a Answer) bool { return math.IsNaN(a.LogProb) || math.IsInf(a.LogProb, 0) })
		if len(answers) == 0 {
			return Result{}, fmt.Errorf("compare: none of the %d answers has a logprob: compare by match", all)
		}
	}
	return NewIndex(slices.Values(answers), o.LogProb).Compare(o)
}

// Compare compares the models of an index, as [Compare] does; what models are compared by is as the index was made for.
func (x *Index) Compare(o Options) (Result, error) {
	o, err := o.complete()
	if err != nil {
		return Result{}, fmt.Errorf("compare: %w", err)
	}
	r := Result{Scores: x.Scores(o.By, o.Confidence), Effective: []Effective{}, Warnings: x.incomplete()}
	if r.Differences, err = x.Differences(o.By, o.Confidence); err != nil {
		return Result{}, err
	}
	if !x.unbounded {
		if r.Effective, err = x.EffectiveLengths(o); err != nil {
			return Result{}, err
		}
	}
	var why string
	if r.Factors, why = x.Factors(o.Confidence); why != "" {
		r.Warnings = append(r.Warnings, why)
	}
	return r, nil
}

// scope says what a pool's number is one of.
func scope(p stats.Pool) string {
	if p.Seeds > 1 {
		return Architecture
	}
	return Checkpoint
}

// estimate returns a pool's number at its scope.
func estimate(p stats.Pool, confidence float64) stats.Interval {
	if p.Seeds > 1 {
		return stats.ArchitectureMean(p, confidence)
	}
	return stats.CheckpointMean(p, confidence)
}

// A cell is a place with the strata that are pooled there.
type cell struct {
	Cell
	strata []stratum
}

// cells returns the cells of keys, in the order of their strata.
func (x *Index) cells(by []string) []cell {
	at := make(map[stratum]int)
	var list []cell
	for _, s := range x.strata {
		k := stratum{depth: data.AnyDepth}
		var c Cell
		if slices.Contains(by, "length") {
			k.length, c.Length = s.length, &s.length
		}
		if slices.Contains(by, "task") {
			k.task = s.task
			if s.task != "" {
				c.Task = &s.task
			}
		}
		if slices.Contains(by, "depth") {
			k.depth = s.depth
			if s.depth != data.AnyDepth {
				c.Depth = &s.depth
			}
		}
		if slices.Contains(by, "format") {
			k.format = s.format
			if s.format != "" {
				c.Format = &s.format
			}
		}
		i, ok := at[k]
		if !ok {
			i = len(list)
			at[k] = i
			list = append(list, cell{Cell: c})
		}
		list[i].strata = append(list[i].strata, s)
	}
	return list
}

func compareStrata(a, b stratum) int {
	return cmp.Or(cmp.Compare(a.length, b.length), cmp.Compare(a.task, b.task), cmp.Compare(a.format, b.format), cmp.Compare(a.depth, b.depth))
}
