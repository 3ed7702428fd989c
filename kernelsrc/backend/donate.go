package backend

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Executor runs a graph some of whose inputs are donated: results take their buffers, so that a KV cache, a state or a
// parameter is updated in place. GoMLX v0.26.0 donates buffers, but does not tell XLA which parameters may share one with
// a result, so that XLA copies them.
type Executor struct {
	b       *Backend
	exec    *Exec
	donated func(input int) bool
}

// NewExecutor returns an executor of a graph function. The graph is compiled at the first call with each combination of
// input shapes. donated says which inputs are donated.
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
		// A tensor made from a Go slice shares its memory, which must not be donated: it is copied to the
		// device once, as are tensors that are not there yet.
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
