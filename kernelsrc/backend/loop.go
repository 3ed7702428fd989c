package backend

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Loop is a loop inside a graph. It goes along one axis of its inputs and carries values from step to step. On a CPU it
// is faster, compiles faster and needs less memory than a graph with all steps.
type Loop struct {
	// Inputs are sliced along Axis, which has the same length in all of them. A step gets its slices without that axis.
	Inputs []*Node
	// Axis is that of the steps, in inputs and outputs.
	Axis int
	// Carry are the values that the first step gets.
	Carry []*Node
	// Reverse goes from the last step to the first.
	Reverse bool
}

// Step computes one step of a loop from the carried values and its slices of the inputs. It returns the values for the
// next step, of the same shapes, and the step's outputs. It must not use any other node.
type Step func(carry, inputs []*Node) (next, outputs []*Node)

// Run adds the loop to the graph of its nodes. It returns the values that the last step carries, and the outputs of all
// steps, stacked along the axis in the order of the inputs, in either direction.
//
// The loop has no gradient: give it one with CustomGradient. Run panics if shapes do not fit, as all functions on nodes
// do, and if the graph's backend has no loops.
func (l Loop) Run(step Step) (last, outputs []*Node) {
	return runLoop(l, step)
}

// Loops returns nil if graphs of this backend can have loops, else why they cannot. The first call tests them by running
// one.
func (b *Backend) Loops() error {
	if b.loops == nil {
		return errors.New("the pure-Go backend has no loops")
	}
	return b.loops()
}

// LoopsPay reports whether loops are faster in a graph than other forms: they are on a CPU whose backend has them. On a
// GPU every step launches its own kernels, which takes longer than to compute many steps at once.
func LoopsPay(g *Graph) bool {
	b, ok := g.Backend().(*Backend)
	return ok && b.Found.Name == string(kindCPU) && b.Loops() == nil
}

// testLoop runs a loop of three steps in both directions and compares the results.
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
