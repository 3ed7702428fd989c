package lcmodels

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
