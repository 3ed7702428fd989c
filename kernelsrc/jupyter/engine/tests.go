package engine

import (
	"strings"

	"longseq/kernelsrc/jupyter/dialect"
)

// testChoice says which of the remembered test functions a cell with %test needs, and how its binary is called.
type testChoice struct {
	all  bool // those of earlier cells too
	args []string
}

// need reports whether a test function belongs into the test binary. TestMain always does: it sets up what tests use.
func (c testChoice) need(d *dialect.Declaration) bool {
	kind := d.TestKind()
	return kind == dialect.TestMain || c.all && kind != dialect.NoTest
}

// chooseTests returns which tests a cell with %test runs. The flags of %test choose among all remembered ones. Without
// flags a cell runs its own tests and benchmarks, and all remembered ones if it has none. If there are none at all, that
// is an error: a test that tests nothing must not pass.
func chooseTests(r *request, remembered dialect.Set, own []*dialect.Declaration) (testChoice, error) {
	tests, benchmarks := remembered.Tests(dialect.Test), remembered.Tests(dialect.Benchmark)
	if len(tests)+len(benchmarks) == 0 {
		return testChoice{}, cellError("CommandError", "%test: no function Test..., Benchmark..., Fuzz... or Example... is declared")
	}
	if len(r.testFlags) > 0 {
		return testChoice{all: true, args: r.testFlags}, nil
	}
	var choice testChoice
	cell := dialect.Set{}.With(own)
	if t, b := cell.Tests(dialect.Test), cell.Tests(dialect.Benchmark); len(t)+len(b) > 0 {
		tests, benchmarks = t, b
	} else {
		choice.all = true
	}
	// With no test to run, the pattern matches none: the empty one would match all.
	choice.args = []string{"-test.v", "-test.run=" + exactly(tests)}
	if len(benchmarks) > 0 {
		choice.args = append(choice.args, "-test.bench="+exactly(benchmarks))
	}
	return choice, nil
}

// exactly returns a pattern that matches these names, and no others.
func exactly(names []string) string {
	return "^(" + strings.Join(names, "|") + ")$"
}
