package backend

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Executor runs a graph some of whose inputs it uses up: their buffers become the results', so that a KV
// cache, a state or a parameter is updated in place. GoMLX v0.26.0 donates buffers but does not tell XLA
// which parameters may share one with a result, so that it copies all the same.
type Executor struct {
	b       *Backend
	exec    *Exec
	donated func(input int) bool
}

// NewExecutor builds nothing yet: the graph is compiled for each new combination of input shapes. donated
// says which inputs are used up.
func NewExecutor(b *Backend, fn func(inputs []*Node) []*Node, donated func(input int) bool) (*Executor, error) {
	exec, err := NewExec(b, func(inputs []*Node) []*Node {
		allowDonation(inputs, donated)
		return fn(inputs)
	})
	if err != nil {
		return nil, fmt.Errorf("make an executor: %w", err)
	}
	exec.SetMaxCache(-1)
	return &Executor{b, exec, donated}, nil
}

// Exec runs the graph. The tensors of donated inputs must not be used afterwards.
func (e *Executor) Exec(inputs ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	arguments := make([]any, len(inputs))
	for i, t := range inputs {
		arguments[i] = t
		if !e.donated(i) {
			continue
		}
		// A tensor made from a Go slice shares its memory, which must not be given away: it is
		// copied to the device once, as are all that are not there yet.
		if t.IsShared() || !t.IsOnAnyDevice() {
			if err := t.MaterializeOnDevice(e.b, false, 0); err != nil {
				return nil, fmt.Errorf("move input %d to the device: %w", i, err)
			}
		}
		buffer, err := DonateTensorBuffer(t, e.b, 0)
		if err != nil {
			return nil, fmt.Errorf("donate input %d: %w", i, err)
		}
		arguments[i] = buffer
	}
	return e.exec.Exec(arguments...)
}
