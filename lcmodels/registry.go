package lcmodels

import (
	"fmt"
	"slices"
	"sync"

	"longseq/internal/nearmiss"
	"longseq/lcmodels/checkpoint"
)

// Family says how the configurations of one or more architectures are read from and written to files. Of the
// functions only Parse must be given.
type Family struct {
	// ModelType is the model_type of its config.json. It is empty for files that have none, which Recognises
	// tells from others.
	ModelType string
	// Class is written as config.json's architectures: the name of the class in transformers, if there is one.
	Class string
	// Recognises says whether a config.json without model_type is of this family.
	Recognises func(config []byte) bool
	// Parse reads a config.json. It need not call Validate. ParseAs makes one.
	Parse func(config []byte) (Architecture, error)
	// FromTensors takes sizes from the shapes of a checkpoint's tensors that its config.json does not have.
	// parsed is what Parse made, nil for a checkpoint without config.json; then FromTensors returns nil for
	// one that is not of this family.
	FromTensors func(c *checkpoint.Checkpoint, parsed Architecture) (Architecture, error)
}

// Registration makes an architecture known by name: to ParseConfig, to FormatConfig and to package train.
type Registration struct {
	// Name is what the architecture's Name method returns.
	Name string
	// Label is the name in figures ("Gated linear attention"). Empty means Name; the six have theirs in package figure.
	Label string
	// Family reads and writes its configuration. Architectures of one family share the pointer.
	Family *Family
	// StopTokens end an answer where neither the model's files nor its tokenizer name any.
	StopTokens []int32
	// Tiny is how a small model of it is trained. The zero value means that there is none.
	Tiny Tiny

	outside bool // registered by another package than this one
}

// Outside reports whether another package than lcmodels registered the architecture.
func (r Registration) Outside() bool { return r.outside }

// Tiny describes a small model of an architecture that learns to find needles in minutes.
type Tiny struct {
	// Note is what a figure must say of the model, if its name alone would mislead.
	Note string
	// LR is the learning rate.
	LR float64
	// Cost is roughly how long a training step takes, as a multiple of the cheapest model's.
	Cost float64
	// Widths lists configurations with that many words of vocabulary, from narrow to wide. Training takes
	// the one whose number of parameters is nearest to that of the other tiny models.
	Widths func(vocab int) []Architecture
}

var registry struct {
	sync.RWMutex
	all []Registration
}

// Register adds an architecture. A package that defines one calls it in its init function, and every program
// that imports the package knows the architecture. A registration that is incomplete, or whose name or
// model_type is taken, is a mistake of the program: Register panics.
func Register(r Registration) {
	r.outside = true
	register(r)
}

func register(r Registration) {
	registry.Lock()
	defer registry.Unlock()
	switch f := r.Family; {
	case r.Name == "":
		panic("lcmodels: Register: the name is empty")
	case f == nil || f.Parse == nil:
		panic(fmt.Sprintf("lcmodels: Register %s: there is no Family that parses its config.json", r.Name))
	case (f.ModelType == "") == (f.Recognises == nil):
		panic(fmt.Sprintf("lcmodels: Register %s: its Family must have either ModelType or Recognises", r.Name))
	}
	for _, other := range registry.all {
		if other.Name == r.Name {
			panic(fmt.Sprintf("lcmodels: Register %s: there is an architecture of this name", r.Name))
		}
		if other.Family != r.Family && r.Family.ModelType != "" && other.Family.ModelType == r.Family.ModelType {
			panic(fmt.Sprintf("lcmodels: Register %s: model_type %s is that of %s", r.Name, r.Family.ModelType, other.Name))
		}
	}
	registry.all = append(registry.all, r)
}

// Registered returns all registrations: the six architectures of this package in the order of figures and
// tables, then others in the order in which they were registered.
func Registered() []Registration {
	registry.RLock()
	defer registry.RUnlock()
	return slices.Clone(registry.all)
}

// FindRegistration returns the registration of the architecture with that name. The error for an unknown name
// suggests the nearest known one.
func FindRegistration(name string) (Registration, error) {
	var names []string
	for _, r := range Registered() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return Registration{}, nearmiss.Unknown("architecture", name, names)
}

// families returns each registered family once.
func families() []*Family {
	var all []*Family
	for _, r := range Registered() {
		if !slices.Contains(all, r.Family) {
			all = append(all, r.Family)
		}
	}
	return all
}
