//go:build cgo

package backend

import . "github.com/gomlx/gomlx/pkg/core/graph"

// allowDonation tells the builder of the inputs' graph which of its parameters are donated.
func allowDonation(inputs []*Node, donated func(int) bool) {
	if len(inputs) == 0 {
		return
	}
	g := inputs[0].Graph()
	if owner, ok := g.Backend().(*Backend); ok && owner.loops != nil {
		builderOf(g).donated = donated
	}
}

// markDonated gives donated parameters the attribute that lets a result take their buffer.
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
