package ruler

import (
	"fmt"
	"math"

	"longseq/data/ruler/words"
	"longseq/internal/nearmiss"
)

// Version is a version of RULER.
type Version string

const (
	// Head is NVIDIA/RULER at commit c3f5e3b of 2026-07-22.
	Head Version = "head"
	// V2024 is NVIDIA/RULER at commit 2654e9a of 2024-07-02, the last before the paper "How Well Can a Long
	// Sequence Model Model Long Sequences?".
	V2024 Version = "2024"
)

// SamplesVersion changes whenever a sample changes that RULER's scripts do not define: one that is filled,
// has a fixed depth, or is made from the built-in texts.
const SamplesVersion = "1"

// Seed2024 is RULER's default seed. V2024 ignores any other.
const Seed2024 = 42

// Options says which samples to make. The zero value is not valid; see [Default].
type Options struct {
	Task    Task    `json:"task"`
	Length  int     `json:"length"`  // tokens of prompt and budget together
	Samples int     `json:"samples"` // of all chunks together
	Seed    int64   `json:"seed"`    // ignored by V2024, which uses Seed2024
	Version Version `json:"version"`
	// Template is the name of a chat template, "base" for none; see [TemplateNames].
	Template string `json:"template"`
	// Wonderwords is the version of the word lists, words.V220 or words.V301.
	Wonderwords string `json:"wonderwords"`

	// RemoveNewlineTab replaces every run of white space by one space, as RULER's --remove_newline_tab does.
	RemoveNewlineTab bool `json:"remove_newline_tab,omitempty"`
	// PrepareForNS leaves out the chat template but counts its tokens towards the length, as RULER's
	// --prepare_for_ns does.
	PrepareForNS bool `json:"prepare_for_ns,omitempty"`
	// ChunkAmount and ChunkIndex make one of several parts of the samples, as RULER's options of these names
	// do.
	ChunkAmount int `json:"chunk_amount,omitempty"`
	ChunkIndex  int `json:"chunk_idx,omitempty"`

	// Fill makes each sample as long as fits, also where RULER makes none. Such samples are not RULER's, and
	// their records say so.
	Fill bool `json:"fill,omitempty"`
	// Depth is the depth of the needles that are asked for, in percent; nil draws it as RULER does. Samples
	// with a fixed depth are not RULER's, and their records say so.
	Depth *float64 `json:"depth,omitempty"`
}

// Default returns RULER's default options for a task and a length: 500 samples, seed 42, version head, no
// chat template.
func Default(task Task, length int) Options {
	return Options{Task: task, Length: length, Samples: 500, Seed: Seed2024, Version: Head,
		Template: "base", Wonderwords: words.V220, ChunkAmount: 1}
}

// Validate returns an error that names the first option that cannot be used.
func (o Options) Validate() error {
	if err := o.Task.Validate(); err != nil {
		return err
	}
	if o.Version != Head && o.Version != V2024 {
		return nearmiss.Unknown("version of RULER", string(o.Version), []string{string(Head), string(V2024)})
	}
	if _, err := modelTemplate(o.Template, o.Version); err != nil {
		return err
	}
	if err := words.CheckVersion(o.Wonderwords); err != nil {
		return err
	}
	switch {
	case o.Length <= o.Task.Budget:
		return fmt.Errorf("length %d: %s takes %d tokens for the answer alone, want more", o.Length, o.Task.Name, o.Task.Budget)
	case o.Length > maxLength:
		return fmt.Errorf("length %d: want at most %d tokens", o.Length, maxLength)
	case o.Task.words(o.Length) > o.Length:
		return fmt.Errorf("length %d: %s has at least %d words with these parameters, want a greater length", o.Length, o.Task.Name, o.Task.words(o.Length))
	case o.Samples < 1:
		return fmt.Errorf("samples %d: want at least 1", o.Samples)
	case o.Version == Head && (o.Seed < 0 || o.Seed > math.MaxUint32-int64(o.ChunkIndex)):
		return fmt.Errorf("seed %d: NumPy takes 0 to %d", o.Seed, uint32(math.MaxUint32))
	case o.ChunkAmount < 1:
		return fmt.Errorf("chunk amount %d: want at least 1", o.ChunkAmount)
	case o.ChunkIndex < 0 || o.ChunkIndex >= o.ChunkAmount:
		return fmt.Errorf("chunk %d of %d: chunks are numbered from 0", o.ChunkIndex, o.ChunkAmount)
	case o.PrepareForNS && o.Version == V2024:
		return fmt.Errorf("prepare-for-ns: version %s has no such option", V2024)
	case o.Depth != nil && o.Task.Kind != Needles:
		return fmt.Errorf("depth %v: %s hides no needles", *o.Depth, o.Task.Name)
	case o.Depth != nil && !(*o.Depth >= 0 && *o.Depth <= 100):
		return fmt.Errorf("depth %v: want percent, 0 to 100", *o.Depth)
	}
	return nil
}

// maxLength bounds the length, in tokens, so that a mistyped one cannot fill the memory.
const maxLength = 1 << 24

// seed returns the seed of the random streams.
func (o Options) seed() int64 {
	if o.Version == V2024 {
		return Seed2024 + int64(o.ChunkIndex)
	}
	return o.Seed + int64(o.ChunkIndex)
}

// chunk returns the number of samples of the chunk, and of all chunks before it.
func (o Options) chunk() (samples, before int) {
	each, rest := o.Samples/o.ChunkAmount, o.Samples%o.ChunkAmount
	samples = each
	if o.ChunkIndex < rest {
		samples++
	}
	return samples, each*o.ChunkIndex + min(o.ChunkIndex, rest)
}

// Authentic reports whether RULER's own scripts make the same samples.
func (o Options) Authentic() bool { return !o.Fill && o.Depth == nil }
