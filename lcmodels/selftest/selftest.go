// Package selftest checks a backend against computations that do not use it: every operation of package ops, in each form
// that the backend has, against the loops of package naive; each of the six architectures, its gradient and its training
// against the equations of package plain; updates of donated buffers; and rows of a batch against the same rows alone. It
// finds a device or a plugin that computes wrongly before its results are believed.
package selftest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/gomlx/gomlx/backends/notimplemented"

	"longseq/kernelsrc/backend"
)

// Result is what one comparison found.
type Result struct {
	// Check says what was compared.
	Check string `json:"check"`
	// Outcome is Passed, Failed or Skipped.
	Outcome Outcome `json:"outcome"`
	// Difference is the largest one between the backend's values and the right ones, relative to the largest right value
	// and 1. It is nil where nothing was compared, or where a value is not a finite number.
	Difference *float64 `json:"difference"`
	// Limit is the largest difference that passes.
	Limit float64 `json:"limit"`
	// Reason says why a check was skipped, or why it failed if not by its difference.
	Reason string `json:"reason,omitempty"`
}

// Outcome is that of a check.
type Outcome string

// The outcomes of a check. What a backend does not have, such as native kernels on a GPU, is skipped.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// A check is some comparisons that need the same computations.
type check struct {
	name string
	// lacks returns why the backend does not have what is checked, or nil. It may be nil.
	lacks func(b *backend.Backend) error
	// run makes the comparisons. An error of the backend fails the one that was begun.
	run func(c *comparison) error
}

// Run makes all checks, calls report with each result as soon as it is there, and returns all. The error is that of
// ctx, if it ends before the checks do.
func Run(ctx context.Context, b *backend.Backend, report func(Result)) ([]Result, error) {
	return runAll(ctx, b, all(), report)
}

// all lists the checks: operations, then models.
func all() []check {
	checks := []check{tokenwise(), products(), attentionWeights()}
	for _, op := range recurrences {
		checks = append(checks, op.checks()...)
	}
	checks = append(checks, convolutionChecks()...)
	checks = append(checks, normChecks()...)
	checks = append(checks, attentionChecks()...)
	checks = append(checks, donation())
	for _, m := range models {
		checks = append(checks, m.checks()...)
	}
	return append(checks, training())
}

func runAll(ctx context.Context, b *backend.Backend, checks []check, report func(Result)) ([]Result, error) {
	var results []Result
	for _, check := range checks {
		if err := ctx.Err(); err != nil {
			return results, err
		}
		c := &comparison{ctx: ctx, b: b, check: check.name, add: func(r Result) {
			results = append(results, r)
			if report != nil {
				report(r)
			}
		}}
		if check.lacks != nil {
			if why := check.lacks(b); why != nil {
				c.add(Result{Check: check.name, Outcome: Skipped, Reason: why.Error()})
				continue
			}
		}
		if err := c.guarded(check.run); err != nil {
			if ctx.Err() != nil {
				return results, ctx.Err()
			}
			c.failed(err)
		}
	}
	return results, nil
}

// lacking reports whether an error says that pure Go does not have an operation or a type. It has neither gradients of
// slices nor float16.
func lacking(b *backend.Backend, err error) bool {
	return err != nil && b.Found.Plugin == "" && (errors.Is(err, notimplemented.NotImplementedError) || strings.Contains(err.Error(), "not supported by"))
}

// comparison is what a check computes with and compares by.
type comparison struct {
	ctx   context.Context
	b     *backend.Backend
	check string
	what  string // is being computed
	add   func(Result)
}

// begin says what is computed next.
func (c *comparison) begin(what string) { c.what = what }

// name is that of the check and of what is computed.
func (c *comparison) name() string {
	if c.what == "" {
		return c.check
	}
	return c.check + ": " + c.what
}

// guarded runs a check. A panic, which graphs raise for what a backend lacks, is an error.
func (c *comparison) guarded(run func(c *comparison) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			var isError bool
			if err, isError = r.(error); !isError {
				err = fmt.Errorf("%v", r)
			}
		}
	}()
	return run(c)
}

// failed adds the result of a comparison that an error ended: skipped, if pure Go lacks what it needs.
func (c *comparison) failed(err error) {
	reason, _, _ := strings.Cut(err.Error(), "\n")
	reason, _, _ = strings.Cut(reason, " -- ") // GoMLX asks to report what it lacks
	r := Result{Check: c.name(), Outcome: Failed, Reason: reason}
	if lacking(c.b, err) {
		r.Outcome = Skipped
	}
	c.add(r)
}

// near compares values of the backend with the right ones.
func (c *comparison) near(what string, got, want []float64, limit float64) {
	c.begin(what)
	r := Result{Check: c.name(), Outcome: Failed, Limit: limit}
	switch worst := difference(got, want); {
	case len(got) != len(want):
		r.Reason = fmt.Sprintf("%d values, %d are right", len(got), len(want))
	case math.IsNaN(worst) || math.IsInf(worst, 0):
		r.Reason = "a value is not a finite number"
	default:
		r.Difference = &worst
		if worst <= limit {
			r.Outcome = Passed
		}
	}
	c.add(r)
}

// difference is the largest one, relative to the largest magnitude of want and 1. It is NaN where one value is.
func difference(got, want []float64) float64 {
	worst, scale := 0.0, 1.0
	for i := range min(len(got), len(want)) {
		scale = max(scale, math.Abs(want[i]))
		worst = max(worst, math.Abs(got[i]-want[i])) // NaN stays
	}
	return worst / scale
}
