package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"longseq/data"
)

// RecordVersion is the version of the record's schema that this package writes. It reads version 1 too, which has no
// checksum and no computed_by, and calls sample_variant variant.
const RecordVersion = 2

// A Record is one scored sample, one line of JSON in the store.
type Record struct {
	Cell          string        // identity of its cell
	Sample        int           // number in the cell, from 0
	Model         string        // as the plan calls it
	Variant       string        // of the model, where it is one of several; or empty
	Task          string        //
	Length        int           // tokens of prompt and answer budget; 0 in a retention curve
	Depth         float64       // percent, or data.AnyDepth
	Format        string        // haystack-key-value, or empty
	Distance      int           // tokens between needle and question; 0 outside a retention curve
	Extend        string        // how the model was made to read further than it was trained; or empty
	Seed          int64         // of the samples
	TrainSeed     int64         // of the model's training; 0 if unknown
	Prompt        string        // digest of the prompt: equal where two models saw the same sample
	Answer        []string      // the reference answers
	Prediction    string        //
	Score         float64       // 0 to 1
	Failure       string        // class of a wrong prediction, as the task defines it; or empty
	SampleVariant string        // how the sample differs from the task's standard ones: "filled"; or empty
	LogProb       float64       // of the right answer, nats; NaN if unknown
	Rank          int           // worst rank of a token of the right answer; 0 if unknown
	PromptTokens  int           // as the model counts them
	TokensRead    int           // tokens that the model read, where shared state saved some; else 0
	Prefill       time.Duration // this sample's share of its block
	Decode        time.Duration // likewise
	ComputedBy    ComputedBy    // the zero value if unknown
	Host          string
	Time          time.Time // when it was scored
	// Extra holds the keys that this version does not know, as they were read.
	Extra map[string]json.RawMessage
}

// errNewer is the error for a record of a schema version that this package does not know.
var errNewer = errors.New("a newer version of this program wrote it")

// MarshalJSON writes the record's line, without its newline. Unknown values are left out. Extra keys follow in
// alphabetical order, and last the checksum.
func (r Record) MarshalJSON() ([]byte, error) {
	o := r.appendObject(make([]byte, 0, 512), RecordVersion)
	if o.err != nil {
		return nil, o.err
	}
	return withChecksum(o.text), nil
}

// UnmarshalJSON reads a record's line. It is an error if the checksum does not fit, if a key is there twice, if there
// is no cell, sample or score, or if a newer schema is read.
func (r *Record) UnmarshalJSON(line []byte) error {
	read, err := new(recordReader).read(line)
	if err == nil {
		*r = read
	}
	return err
}

// appendObject appends the record as a JSON object of that version, without its checksum and closing brace.
func (r Record) appendObject(text []byte, version int) *object {
	o := &object{text: append(text, '{')}
	o.integer("v", int64(version))
	o.string("cell", r.Cell)
	o.integer("sample", int64(r.Sample))
	o.string("model", r.Model)
	if version > 1 {
		o.knownString("variant", r.Variant)
	}
	o.string("task", r.Task)
	o.knownInteger("length", int64(r.Length))
	if r.Depth != data.AnyDepth {
		o.number("depth", r.Depth)
	}
	o.knownString("format", r.Format)
	o.knownInteger("distance", int64(r.Distance))
	o.knownString("extend", r.Extend)
	o.integer("seed", r.Seed)
	o.knownInteger("train_seed", r.TrainSeed)
	o.knownString("prompt", r.Prompt)
	o.strings("answer", r.Answer)
	o.string("prediction", r.Prediction)
	o.number("score", r.Score)
	o.knownString("failure", r.Failure)
	if version > 1 {
		o.knownString("sample_variant", r.SampleVariant)
	} else {
		o.knownString("variant", r.SampleVariant)
		o.knownString("model_variant", r.Variant)
	}
	if !math.IsNaN(r.LogProb) && !math.IsInf(r.LogProb, 0) {
		o.number("logprob", r.LogProb)
	}
	o.knownInteger("rank", int64(r.Rank))
	o.knownInteger("prompt_tokens", int64(r.PromptTokens))
	o.knownInteger("tokens_read", int64(r.TokensRead))
	o.number("prefill_s", r.Prefill.Seconds())
	o.number("decode_s", r.Decode.Seconds())
	if r.ComputedBy != (ComputedBy{}) {
		o.any("computed_by", r.ComputedBy)
	}
	o.knownString("host", r.Host)
	o.time("time", r.Time)
	o.addExtra(r.Extra)
	return o
}

// check returns an error for what cannot be a record's value.
func (r Record) check() error {
	switch {
	case r.Cell == "":
		return errors.New("not a record: no cell")
	case r.Sample < 0:
		return errors.New("not a record: no sample number of 0 or more")
	case !(r.Score >= 0 && r.Score <= 1):
		return errors.New("not a record: no score of 0 to 1")
	case r.Depth != data.AnyDepth && !(r.Depth >= 0 && r.Depth <= 100):
		return fmt.Errorf("not a record: depth %v is not a percent", r.Depth)
	}
	return nil
}

// cell returns the record's cell.
func (r Record) cell() Cell {
	return Cell{ID: r.Cell, Model: r.Model, Task: r.Task, Length: r.Length, Depth: r.Depth, Format: r.Format, Seed: r.Seed, Distance: r.Distance}
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

// same reports whether two records are equal apart from time, host, durations and what computed them.
func (r Record) same(o Record) bool { return bytes.Equal(r.appendTimeless(nil), o.appendTimeless(nil)) }

// appendTimeless appends the record without time, host, durations and what computed it, in the form of schema version 1,
// so that the digests of stores do not depend on the version that wrote them.
func (r Record) appendTimeless(text []byte) []byte {
	r.Time, r.Host, r.Prefill, r.Decode, r.ComputedBy = time.Time{}, "", 0, 0, ComputedBy{}
	o := r.appendObject(text, 1)
	if o.err != nil {
		panic(o.err) // plain numbers and strings; what is not finite is left out
	}
	return append(o.text, '}')
}
