package lcmodels

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/lcmodels/extend"
)

// Methods that an Architecture may have beside those it must have.

// Attending is implemented by architectures with attention layers whose scores take memory.
type Attending interface {
	// AttentionScores counts the scores of one layer for time queries and keys keys, of one sequence.
	AttentionScores(time, keys int) int64
}

// Renamed is implemented by architectures whose weights have other names in some checkpoints.
type Renamed interface {
	// OtherName is the other name of a weight.
	OtherName(name string) string
}

// Trained is implemented by architectures whose config.json says what length they were trained at.
type Trained interface {
	// TrainedLength is the length in tokens, 0 if it is not known.
	TrainedLength() int
}

// Quirky is implemented by architectures from which a reference implementation departs: see Quirk.
type Quirky interface {
	// WithQuirk returns the architecture as the quirk's reference computes it. ok is false if it does not
	// have the quirk.
	WithQuirk(q Quirk) (a Architecture, ok bool)
	// PromptAtOnce says whether a prompt must be read as one chunk, since the quirk computes what follows
	// the first chunk otherwise.
	PromptAtOnce() bool
}

// Extendable is implemented by architectures that can be made to read further without training: see package extend.
type Extendable interface {
	// Interventions lists the names of those that it has.
	Interventions() []string
	// Recurrent are the numbers of the layers with a recurrent state, which scales apply to.
	Recurrent() []int
	// Extend returns the architecture with the extension, which consists of interventions that it has.
	Extend(e extend.Extension) (Architecture, error)
	// Extension is what Extend was given, with a factor for each of the model's layers where they differ.
	Extension() extend.Extension
}

// ErrNotExtended is the error for an extension that an architecture does not have.
var ErrNotExtended = errors.New("does not have the intervention")

// WithExtension returns the architecture with the extension, which is not part of config.json. For one that has not all
// of the interventions it is ErrNotExtended. The extension's file must have been read: see extend.Calibration.
func WithExtension(a Architecture, e extend.Extension) (Architecture, error) {
	if e.IsZero() {
		return a, nil
	}
	x, ok := a.(Extendable)
	if !ok {
		return nil, fmt.Errorf("%s %w %s: it has none", a.Name(), ErrNotExtended, e.Names()[0])
	}
	for _, name := range e.Names() {
		if own := x.Interventions(); !slices.Contains(own, name) {
			return nil, fmt.Errorf("%s %w %s: it has %s", a.Name(), ErrNotExtended, name, strings.Join(own, ", "))
		}
	}
	if e.Rope.NeedsLength() && e.Rope.Original == 0 {
		if e.Rope.Original = TrainedLength(a); e.Rope.Original == 0 {
			return nil, fmt.Errorf("rope=%s needs the length that %s was trained at, which its files do not say: write rope=%s:%g:LENGTH",
				e.Rope.Type, a.Name(), e.Rope.Type, e.Rope.Factor)
		}
	}
	return x.Extend(e)
}

// interventionsOf lists the own interventions of recurrent layers, where some of the layers are, and those of attention.
func interventionsOf(layers, recurrent int, rotates bool, own ...string) []string {
	var names []string
	if recurrent > 0 {
		names = append(names, own...)
	}
	if recurrent < layers && rotates {
		names = append(names, extend.RopeScale)
	}
	if recurrent < layers {
		names = append(names, extend.Window, extend.Sinks)
	}
	return names
}

// layersWithout lists the layers of n that do not attend.
func layersWithout(n int, attends func(layer int) bool) []int {
	var layers []int
	for i := range n {
		if !attends(i) {
			layers = append(layers, i)
		}
	}
	return layers
}

// needsWindow refuses sinks without a window, of an architecture that has none of its own.
func needsWindow(e extend.Extension) error {
	if e.Sinks > 0 && e.Window == 0 {
		return errors.New("sinks goes with a window: write window=N+sinks=K")
	}
	return nil
}

// scaled is x · factor, and x itself for 1.
func scaled(x *Node, factor float64) *Node {
	if factor == 1 {
		return x
	}
	return MulScalar(x, factor)
}

// TrainedLength is the length in tokens that the architecture's config.json says it was trained at, 0 if it does
// not say.
func TrainedLength(a Architecture) int {
	if t, ok := a.(Trained); ok {
		return t.TrainedLength()
	}
	return 0
}

// PromptAtOnce says whether a prompt must be read as one chunk: see Quirky.
func PromptAtOnce(a Architecture) bool {
	q, ok := a.(Quirky)
	return ok && q.PromptAtOnce()
}
