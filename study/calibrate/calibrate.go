// Package calibrate searches a factor for each recurrent layer of a trained model, so that it reads longer texts better:
// MambaExtend (Azizi et al. 2025, "MambaExtend: a training-free approach to improve long context extension of Mamba"),
// whose factors multiply the step sizes Δ of Mamba-2, and the same for the other scales of package extend.
//
// The search is zeroth-order, since it needs no gradients and no memory for them: simultaneous perturbation (Spall 1992).
// Step k draws a sign δ for each layer and compares the losses L at factors s·exp(±c δ), with c = 0.1/(1+k)^0.1. Its
// estimate of the gradient in log s, (L⁺ - L⁻)/(2c) · δ, gives a third candidate. The best of the three takes the place of
// s if it is better than s. It begins with factors of 1. MambaExtend's program does the same in s, from random factors.
package calibrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/extend"
	"longseq/study/models"
)

// Options say what is searched, and on what.
type Options struct {
	Model    string // its name in the file
	Location models.Location
	// Scale is what the factors multiply, one of extend.Scales; empty: the first that the model has.
	Scale string
	// Text is a file whose tokens are predicted; empty: Task is asked.
	Text string
	// Task is the name of a task whose right answers are predicted, and Format a format of its samples.
	Task, Format string
	// Length of a row in tokens, and Rows that are read in an evaluation.
	Length, Rows int
	Steps        int
	Seed         int64
	Backend      string
	// Progress is called after each evaluation with the least loss so far, in nats; nil: silent.
	Progress func(evaluations, of int, best float64)
}

// The largest numbers of an option.
const (
	maxSteps = 10_000
	maxRows  = 100_000
	maxSeed  = 1 << 28
)

func (o Options) check() error {
	switch {
	case o.Length < 2 || o.Length > 1<<24:
		return fmt.Errorf("length is %d; want 2 to %d tokens", o.Length, 1<<24)
	case o.Rows < 1 || o.Rows > maxRows:
		return fmt.Errorf("rows is %d; want 1 to %d", o.Rows, maxRows)
	case o.Steps < 1 || o.Steps > maxSteps:
		return fmt.Errorf("steps is %d; want 1 to %d", o.Steps, maxSteps)
	case o.Seed < 0 || o.Seed >= maxSeed:
		return fmt.Errorf("seed is %d; want 0 to %d", o.Seed, maxSeed-1)
	case (o.Text == "") == (o.Task == ""):
		return errors.New("want either a task or a text")
	case o.Location.Extend != "":
		return errors.New("the model has an intervention already")
	}
	return nil
}

// scale is the scale to search, and the number of layers that have it.
func (o Options) scale() (name string, layers int, err error) {
	a, err := lcmodels.Describe(o.Location.Path)
	if err != nil {
		return "", 0, err
	}
	var own []string
	if x, ok := a.(lcmodels.Extendable); ok {
		for _, name := range x.Interventions() {
			if slices.Contains(extend.Scales, name) {
				own = append(own, name)
			}
		}
		layers = len(x.Recurrent())
	}
	switch {
	case len(own) == 0:
		return "", 0, fmt.Errorf("%s has no recurrent layers, whose scales are calibrated", a.Name())
	case o.Scale == "":
		return own[0], layers, nil
	case !slices.Contains(own, o.Scale):
		e, err := extend.Scaled(o.Scale, extend.Factors{1})
		if err == nil {
			_, err = lcmodels.WithExtension(a, e)
		}
		return "", 0, err
	}
	return o.Scale, layers, nil
}

// Run searches the factors. The loss is the mean negative log-probability of the right tokens, in nats.
func Run(ctx context.Context, o Options) (extend.Calibration, error) {
	c, err := run(ctx, o)
	if err != nil {
		return c, fmt.Errorf("calibrate %s: %w", o.Model, err)
	}
	return c, nil
}

func run(ctx context.Context, o Options) (extend.Calibration, error) {
	begin := time.Now()
	if err := o.check(); err != nil {
		return extend.Calibration{}, err
	}
	scale, layers, err := o.scale()
	if err != nil {
		return extend.Calibration{}, err
	}
	file, err := checkpoint.Open(o.Location.Path)
	if err != nil {
		return extend.Calibration{}, err
	}
	weights := file.Digest()
	if err := file.Close(); err != nil {
		return extend.Calibration{}, err
	}
	rows, err := o.rows(o.Seed + searchSeeds)
	if err != nil {
		return extend.Calibration{}, err
	}
	held, err := o.rows(o.Seed + heldOutSeeds)
	if err != nil {
		return extend.Calibration{}, err
	}
	c := extend.Calibration{Scale: scale, Model: o.Model, Weights: weights, Text: rows.name(), TextDigest: rows.digest(), Rows: o.Rows, Length: o.Length,
		Steps: o.Steps, Seed: o.Seed, Evaluations: 3*o.Steps + 3}
	done, best := 0, math.Inf(1)
	loss := func(rows text, factors extend.Factors) (float64, error) {
		l := o.Location
		l.Extend = extended(scale, factors)
		v, err := rows.loss(ctx, l)
		if done++; err == nil && o.Progress != nil {
			o.Progress(done, c.Evaluations, min(best, v))
		}
		return v, err
	}
	ones := slices.Repeat(extend.Factors{1}, layers)
	s := &search{random: rand.New(rand.NewPCG(uint64(o.Seed), 1)), loss: func(f extend.Factors) (float64, error) { return loss(rows, f) }}
	if err := s.begin(ones); err != nil {
		return c, err
	}
	c.Before, best = s.best, s.best
	for k := range o.Steps {
		if err := s.step(k); err != nil {
			return c, err
		}
		best = s.best
	}
	c.Factors, c.After = s.factors, s.best
	if c.HeldOutBefore, err = loss(held, ones); err == nil {
		c.HeldOutAfter, err = loss(held, c.Factors)
	}
	c.Seconds = math.Round(time.Since(begin).Seconds()*10) / 10
	return c, err
}

// extended is the text of the scale with the factors.
func extended(scale string, factors extend.Factors) string { return scale + "=" + factors.String() }

// A search is where a search stands.
type search struct {
	random  *rand.Rand
	loss    func(extend.Factors) (float64, error)
	factors extend.Factors
	best    float64 // loss of the factors
}

func (s *search) begin(factors extend.Factors) (err error) {
	s.factors = factors
	s.best, err = s.loss(factors)
	return err
}

// The range of a factor that the search may find, and the largest step of its logarithm.
const (
	least, most = 0.01, 100
	largestStep = 0.2
)

// step is step k, from 0.
func (s *search) step(k int) error {
	width := 0.1 / math.Pow(float64(1+k), 0.1)
	from, signs := s.factors, make([]float64, len(s.factors))
	for i := range signs {
		signs[i] = float64(1 - 2*s.random.IntN(2))
	}
	try := func(by float64) (float64, error) {
		candidate := make(extend.Factors, len(from))
		for i, f := range from {
			f = min(max(f*math.Exp(by*signs[i]), least), most)
			candidate[i] = math.Round(f*1e6) / 1e6 // what the file has
		}
		loss, err := s.loss(candidate)
		if err == nil && loss < s.best {
			s.factors, s.best = candidate, loss
		}
		return loss, err
	}
	plus, err := try(width)
	if err != nil {
		return err
	}
	minus, err := try(-width)
	if err != nil {
		return err
	}
	slope := (plus - minus) / (2 * width)
	_, err = try(-min(max(slope*width, -largestStep), largestStep))
	return err
}
