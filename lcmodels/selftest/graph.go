package selftest

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/ops/naive"
)

// program is a graph function on the backend.
type program struct{ exec *Exec }

// compile makes a program of a graph function. The caller calls finish.
func (c *comparison) compile(fn func(in []*Node) []*Node) (program, error) {
	exec, err := NewExec(c.b, fn)
	if err != nil {
		return program{}, err
	}
	exec.SetMaxCache(-1)
	return program{exec}, nil
}

func (p program) finish() { p.exec.Finalize() }

// run executes the program on float32 arrays.
func (p program) run(in ...naive.Array) ([][]float64, error) {
	var arguments []any
	for _, a := range in {
		arguments = append(arguments, float32Tensor(a.Values, a.Dims))
	}
	return p.exec1(arguments...)
}

// exec1 executes the program and returns the values of its results, which are float32.
func (p program) exec1(arguments ...any) ([][]float64, error) {
	outputs, err := p.exec.Exec(arguments...)
	if err != nil {
		return nil, err
	}
	var values [][]float64
	for _, output := range outputs {
		flat, err := floats(output)
		if err != nil {
			return nil, err
		}
		values = append(values, flat)
		if err := output.FinalizeAll(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// once compiles a graph function and executes it on arrays.
func (c *comparison) once(fn func(in []*Node) []*Node, in ...naive.Array) ([][]float64, error) {
	p, err := c.compile(fn)
	if err != nil {
		return nil, err
	}
	defer p.finish()
	return p.run(in...)
}

// float32Tensor is a tensor of values that are rounded to float32.
func float32Tensor(values []float64, dims []int) *tensors.Tensor {
	rounded := make([]float32, len(values))
	for i, v := range values {
		rounded[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(rounded, dims...)
}

// floats returns the values of a float32 tensor.
func floats(t *tensors.Tensor) ([]float64, error) {
	flat, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, fmt.Errorf("read a result: %w", err)
	}
	values := make([]float64, len(flat))
	for i, v := range flat {
		values[i] = float64(v)
	}
	return values, nil
}

// loss is naive.Loss of nodes.
func loss(outputs []*Node) *Node {
	var sum *Node
	for i, output := range outputs {
		flat := Reshape(output, output.Shape().Size())
		weights := Cos(MulScalar(AddScalar(ConvertDType(Iota(flat.Graph(), flat.Shape(), 0), flat.DType()), float64(i)), 1.7))
		part := ReduceAllSum(Mul(flat, weights))
		if sum == nil {
			sum = part
		} else {
			sum = Add(sum, part)
		}
	}
	return sum
}

// donation updates a cache in place several times.
func donation() check {
	return check{name: "donated buffers", run: func(c *comparison) error {
		const slots, width, steps = 64, 8, 6
		exec, err := backend.NewExecutor(c.b, func(in []*Node) []*Node {
			cache, rows, from := in[0], in[1], in[2]
			updated := DynamicUpdateSlice(cache, rows, []*Node{from, ScalarZero(cache.Graph(), from.DType())})
			return []*Node{updated, ReduceAllSum(updated)}
		}, func(input int) bool { return input == 0 })
		if err != nil {
			return err
		}
		cache, want := tensors.FromFlatDataAndDimensions(make([]float32, slots*width), slots, width), make([]float64, slots*width)
		rows := make([]float32, 2*width)
		for i := range rows {
			rows[i] = float32(i + 1)
		}
		added := tensors.FromFlatDataAndDimensions(rows, 2, width)
		var sums, wantSums []float64
		for step := range steps {
			out, err := exec.Exec(cache, added, tensors.FromScalar(int32(7*step)))
			if err != nil {
				return err
			}
			cache = out[0]
			sums = append(sums, float64(tensors.ToScalar[float32](out[1])))
			total := 0.0
			for i, v := range rows {
				want[7*step*width+i] = float64(v)
			}
			for _, v := range want {
				total += v
			}
			wantSums = append(wantSums, total)
		}
		got, err := floats(cache)
		if err != nil {
			return err
		}
		// Whole numbers below 2^24 are exact in float32.
		c.near("a cache after 6 updates", append(got, sums...), append(want, wantSums...), 0)
		kept, err := floats(added)
		if err != nil {
			return err
		}
		var same []float64
		for i := range kept {
			same = append(same, float64(i+1))
		}
		c.near("an input that is not donated", kept, same, 0)
		return cache.FinalizeAll()
	}}
}
