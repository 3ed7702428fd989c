package selftest

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/ops"
)

func TestTheBackendsPass(t *testing.T) {
	// XLA compiles all checks in half a minute. Those of operations repeat tests of package ops.
	part := append([]check{tokenwise(), normChecks()[1], products(), attentionWeights(), donation()}, models[5].checks()...)
	for _, of := range []struct {
		backend string
		checks  []check
		passed  int // at least
	}{{"xla:cpu", part, 19}, {"go", all(), 38}} {
		t.Run(of.backend, func(t *testing.T) {
			b := backendtest.Open(t, of.backend)
			t.Cleanup(b.Finalize)
			results, err := runAll(t.Context(), b, of.checks, nil)
			if err != nil {
				t.Fatal(err)
			}
			passed := 0
			for _, r := range results {
				switch {
				case r.Outcome == Failed:
					t.Errorf("%s: failed: %s", r.Check, r.Reason)
				case r.Outcome == Passed:
					passed++
				}
				if r.Difference != nil {
					t.Logf("%-70s %8.2g of %8.2g", r.Check, *r.Difference, r.Limit)
				} else {
					t.Logf("%-70s %s", r.Check, r.Reason)
				}
			}
			if passed < of.passed {
				t.Errorf("%d comparisons passed, want at least %d", passed, of.passed)
			}
		})
	}
}

// Each operation or model is made wrong in one place, as a faulty device or compiler would.
func TestWrongResultsAreFound(t *testing.T) {
	slightly := func(x *Node) *Node { return MulScalar(x, 1.01) }
	wrongState, wrongGradient, notFinite := recurrences[1], recurrences[0], recurrences[2]
	wrongState.graph = func(in []*Node, form ops.Form) []*Node {
		out := recurrences[1].graph(in, form)
		return []*Node{out[0], slightly(out[1])}
	}
	wrongGradient.graph = func(in []*Node, form ops.Form) []*Node {
		out := recurrences[0].graph(in, form)
		return []*Node{Add(out[0], Sub(out[0], StopGradient(out[0]))), out[1]}
	}
	notFinite.graph = func(in []*Node, form ops.Form) []*Node {
		out := recurrences[2].graph(in, form)
		return []*Node{out[0], MulScalar(out[1], math.Inf(1))}
	}
	panics := check{name: "no such operation", run: func(*comparison) error { panic("not built") }}
	b := backendtest.Open(t, "")
	for _, c := range []struct {
		name   string
		checks []check
		want   []string // the checks that fail
	}{
		{"a state that is off by a hundredth", wrongState.checks()[2:], []string{"SSD, parallel: one token", "SSD, parallel: 130 tokens", "SSD, parallel: decays at both ends"}},
		{"a gradient that counts twice", wrongGradient.checks()[2:], []string{"Linear, parallel: gradients"}},
		{"infinity", notFinite.checks()[2:], []string{"WKV6, parallel: one token", "WKV6, parallel: 130 tokens", "WKV6, parallel: decays at both ends", "WKV6, parallel: gradients"}},
		{"a panic", []check{panics}, []string{"no such operation"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, err := runAll(t.Context(), b, c.checks, nil)
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			for _, r := range results {
				if r.Outcome == Failed {
					failed = append(failed, r.Check)
				}
			}
			if got, want := strings.Join(failed, "; "), strings.Join(c.want, "; "); got != want {
				t.Errorf("failed: %s\nwant: %s", got, want)
			}
		})
	}
}
