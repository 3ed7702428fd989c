package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"longseq/data"
)

// RecordVersion is the version of the record's schema that this package writes.
const RecordVersion = 1

// A Record is one scored sample, one line of JSON in the store.
type Record struct {
	Cell         string  // identity of its cell
	Sample       int     // number in the cell, from 0
	Model        string  // as the plan calls it
	Task         string  //
	Length       int     // tokens of prompt and answer budget; 0 in a retention curve
	Depth        float64 // percent, or data.AnyDepth
	Format       string  // haystack-key-value, or empty
	Distance     int     // tokens between needle and question; 0 outside a retention curve
	Seed         int64
	Prompt       string // digest of the prompt: equal where two models saw the same sample
	Answer       []string
	Prediction   string
	Score        float64       // 0 to 1
	Failure      string        // class of a wrong prediction, as the task defines it; or empty
	Variant      string        // how the sample differs from the task's standard ones: "filled"; or empty
	LogProb      float64       // of the right answer, nats; NaN if unknown
	Rank         int           // worst rank of a token of the right answer; 0 if unknown
	PromptTokens int           // as the model counts them
	TokensRead   int           // tokens that the model read, where shared state saved some; else 0
	Prefill      time.Duration // this sample's share of its block
	Decode       time.Duration // likewise
	Host         string
	Time         time.Time // when it was scored
	// Extra holds the keys that this version does not know, as they were read.
	Extra map[string]json.RawMessage
}

// recordJSON is a Record's line: flat keys in this order, without those that are unknown.
type recordJSON struct {
	V            int       `json:"v"`
	Cell         string    `json:"cell"`
	Sample       *int      `json:"sample"`
	Model        string    `json:"model"`
	Task         string    `json:"task"`
	Length       int       `json:"length,omitempty"`
	Depth        *float64  `json:"depth,omitempty"`
	Format       string    `json:"format,omitempty"`
	Distance     int       `json:"distance,omitempty"`
	Seed         int64     `json:"seed"`
	Prompt       string    `json:"prompt,omitempty"`
	Answer       []string  `json:"answer"`
	Prediction   string    `json:"prediction"`
	Score        *float64  `json:"score"`
	Failure      string    `json:"failure,omitempty"`
	Variant      string    `json:"variant,omitempty"`
	LogProb      *float64  `json:"logprob,omitempty"`
	Rank         int       `json:"rank,omitempty"`
	PromptTokens int       `json:"prompt_tokens,omitempty"`
	TokensRead   int       `json:"tokens_read,omitempty"`
	Prefill      float64   `json:"prefill_s"`
	Decode       float64   `json:"decode_s"`
	Host         string    `json:"host,omitempty"`
	Time         time.Time `json:"time"`
}

// recordKeys are the keys of recordJSON; whatever else a line has is kept in Extra.
var recordKeys = []string{"v", "cell", "sample", "model", "task", "length", "depth", "format",
	"distance", "seed", "prompt", "answer", "prediction", "score", "failure", "variant", "logprob", "rank",
	"prompt_tokens", "tokens_read", "prefill_s", "decode_s", "host", "time"}

// MarshalJSON writes the record's line, without its newline. Extra keys follow in alphabetical order.
func (r Record) MarshalJSON() ([]byte, error) {
	j := recordJSON{
		V: RecordVersion, Cell: r.Cell, Sample: &r.Sample, Model: r.Model, Task: r.Task, Length: r.Length,
		Format: r.Format, Distance: r.Distance, Seed: r.Seed, Prompt: r.Prompt, Answer: r.Answer,
		Prediction: r.Prediction, Score: &r.Score, Failure: r.Failure, Variant: r.Variant, Rank: r.Rank, PromptTokens: r.PromptTokens, TokensRead: r.TokensRead,
		Prefill: r.Prefill.Seconds(), Decode: r.Decode.Seconds(), Host: r.Host, Time: r.Time,
	}
	if r.Depth != data.AnyDepth {
		j.Depth = &r.Depth
	}
	if !math.IsNaN(r.LogProb) && !math.IsInf(r.LogProb, 0) {
		j.LogProb = &r.LogProb
	}
	line, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(line, []byte("}"))
	for _, key := range slices.Sorted(maps.Keys(r.Extra)) {
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		out = append(append(append(append(out, ','), name...), ':'), r.Extra[key]...)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads a record's line. A line without cell, sample or score is no record; one of a
// newer schema is refused.
func (r *Record) UnmarshalJSON(line []byte) error {
	var j recordJSON
	if err := json.Unmarshal(line, &j); err != nil {
		return err
	}
	switch {
	case j.V > RecordVersion:
		return fmt.Errorf("record of schema version %d; this program knows %d", j.V, RecordVersion)
	case j.V < 1:
		return errors.New("not a record: no schema version v")
	case j.Cell == "":
		return errors.New("not a record: no cell")
	case j.Sample == nil || *j.Sample < 0:
		return errors.New("not a record: no sample number of 0 or more")
	case j.Score == nil || !(*j.Score >= 0 && *j.Score <= 1):
		return errors.New("not a record: no score of 0 to 1")
	case j.Depth != nil && !(*j.Depth >= 0 && *j.Depth <= 100):
		return fmt.Errorf("not a record: depth %v is not a percent", *j.Depth)
	}
	*r = Record{
		Cell: j.Cell, Sample: *j.Sample, Model: j.Model, Task: j.Task, Length: j.Length, Depth: data.AnyDepth,
		Format: j.Format, Distance: j.Distance, Seed: j.Seed, Prompt: j.Prompt, Answer: j.Answer,
		Prediction: j.Prediction, Score: *j.Score, Failure: j.Failure, Variant: j.Variant, LogProb: math.NaN(), Rank: j.Rank,
		PromptTokens: j.PromptTokens, TokensRead: j.TokensRead, Prefill: seconds(j.Prefill), Decode: seconds(j.Decode),
		Host: j.Host, Time: j.Time,
	}
	if j.Depth != nil {
		r.Depth = *j.Depth
	}
	if j.LogProb != nil {
		r.LogProb = *j.LogProb
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(line, &all); err != nil {
		return err
	}
	for _, key := range recordKeys {
		delete(all, key)
	}
	if len(all) > 0 {
		r.Extra = all
	}
	return nil
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

// same reports whether two records are equal apart from time, host and durations.
func (r Record) same(o Record) bool { return bytes.Equal(r.timeless(), o.timeless()) }

// timeless is the record's line without time, host and durations.
func (r Record) timeless() []byte {
	r.Time, r.Host, r.Prefill, r.Decode = time.Time{}, "", 0, 0
	line, err := json.Marshal(r)
	if err != nil {
		panic(err) // plain numbers and strings; what is not finite is left out
	}
	return line
}
