package backend

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Loop is a loop inside a graph: it goes along one axis of its inputs, step by step, carrying values from
// step to step. On the CPU it is faster, compiles faster and needs less memory than a graph of many steps.
type Loop struct {
	// Inputs are cut along Axis, which has the same length in all of them: a step gets them without it.
	Inputs []*Node
	// Axis of time in the inputs and outputs.
	Axis int
	// Carry is what the first step gets.
	Carry []*Node
	// Reverse begins with the last step.
	Reverse bool
}

// Step computes one step of a loop from what is carried and the step's part of the inputs. It returns what
// is carried on, shaped as before, and the step's outputs. It may use no other nodes.
type Step func(carry, inputs []*Node) (next, outputs []*Node)

// Run adds the loop to the graph of its nodes. It returns what the last step carries on, and the outputs of
// all steps, stacked along the axis, in the order of the inputs whatever the direction.
//
// The loop has no gradient: give it one with CustomGradient. Like all functions on nodes it panics where
// something does not fit; HasLoops of the graph's backend must hold.
func (l Loop) Run(step Step) (last, outputs []*Node) {
	return runLoop(l, step)
}

// HasLoops tells whether graphs of this backend can have loops. The first call tests them by running one.
func (b *Backend) HasLoops() bool { return b.Loops() == nil }

// Loops returns nil if graphs of this backend can have loops, else why they cannot.
func (b *Backend) Loops() error {
	if b.loops == nil {
		return errors.New("the pure-Go backend has no loops")
	}
	return b.loops()
}

// LoopsPay tells whether a loop is the faster way in a graph: on a CPU, where there are loops. On a GPU each of its
// steps is a launch of kernels.
func LoopsPay(g *Graph) bool {
	b, ok := g.Backend().(*Backend)
	return ok && b.Found.Name == string(kindCPU) && b.HasLoops()
}

// testLoop runs a loop of three steps there and back and compares the result.
func testLoop(b *Backend) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("loops do not work with this version of GoMLX: %v", r)
		}
	}()
	sum := func(x *Node, reverse bool) (last, sums *Node) {
		l := Loop{Inputs: []*Node{x}, Axis: 1, Carry: []*Node{ZerosLike(SliceAxis(x, 1, AxisElem(0)))}, Reverse: reverse}
		l.Carry[0] = Reshape(l.Carry[0], 2)
		lasts, outputs := l.Run(func(carry, inputs []*Node) (next, outputs []*Node) {
			total := Add(carry[0], inputs[0])
			return []*Node{total}, []*Node{total}
		})
		return lasts[0], outputs[0]
	}
	exec, err := NewExec(b, func(x *Node) []*Node {
		last, sums := sum(x, false)
		_, back := sum(x, true)
		return []*Node{last, sums, back}
	})
	if err != nil {
		return fmt.Errorf("build a loop: %w", err)
	}
	defer exec.Finalize()
	got, err := exec.Exec([][]float32{{1, 2, 4}, {8, 16, 32}})
	if err != nil {
		return fmt.Errorf("run a loop: %w", err)
	}
	want := []string{"[7 56]", "[[1 3 7] [8 24 56]]", "[[7 6 4] [56 48 32]]"}
	for i := range want {
		if text := fmt.Sprint(got[i].Value()); text != want[i] {
			return fmt.Errorf("a loop computed %s instead of %s", text, want[i])
		}
	}
	return nil
}
