//go:build cgo

package backend

import . "github.com/gomlx/gomlx/pkg/core/graph"

// allowDonation notes on the builder of the inputs' graph which of its parameters are donated.
func allowDonation(inputs []*Node, donated func(int) bool) {
	if len(inputs) == 0 {
		return
	}
	g := inputs[0].Graph()
	if owner, ok := g.Backend().(*Backend); ok && owner.loops != nil {
		builderOf(g).donated = donated
	}
}

// markDonated gives the parameters the attribute by which XLA knows that a result may take their buffer.
func (b *builder) markDonated() {
	if b.donated == nil {
		return
	}
	for i, parameter := range functionOf(b.Builder).Inputs {
		if b.donated(i) {
			if parameter.Attributes == nil {
				parameter.Attributes = map[string]any{}
			}
			parameter.Attributes["jax.buffer_donor"] = true
		}
	}
}
