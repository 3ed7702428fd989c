package lcmodels

import (
	"fmt"
	"strings"
)

// Scope is what the names of some weights begin with: In("backbone.layers", 3).In("mixer") is
// "backbone.layers.3.mixer". The empty scope adds nothing.
type Scope string

// In joins names and numbers with points.
func In(path ...any) Scope { return Scope("").In(path...) }

// In is a scope within s.
func (s Scope) In(path ...any) Scope {
	parts := make([]string, 0, len(path)+1)
	if s != "" {
		parts = append(parts, string(s))
	}
	for _, p := range path {
		parts = append(parts, fmt.Sprint(p))
	}
	return Scope(strings.Join(parts, "."))
}

// name is the whole name of what is called so within s.
func (s Scope) name(name string) string { return string(s.In(name)) }

// Weights returns the specs with their names in the scope.
func (s Scope) Weights(specs ...WeightSpec) []WeightSpec {
	out := make([]WeightSpec, len(specs))
	for i, spec := range specs {
		spec.Name = s.name(spec.Name)
		out[i] = spec
	}
	return out
}
