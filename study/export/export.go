// Package export writes the records of a study to files for other programs: Parquet for DuckDB, pandas and polars,
// and CSV. It is a package of its own because the Parquet library is large, and every cell of a notebook links all
// that it imports.
//
// Both formats have one row for each record and the same columns: those of [study.Record], with times in seconds.
// What is unknown, or does not apply, is null in Parquet and empty in CSV.
package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"longseq/data"
	"longseq/study"
)

// A row is a record as a row of a file. A pointer is nil where the value is unknown or does not apply.
type row struct {
	Cell          string   `parquet:"cell,dict"`
	Sample        int64    `parquet:"sample"`
	Model         string   `parquet:"model,dict"`
	Variant       string   `parquet:"variant,dict"` // of the model
	Task          string   `parquet:"task,dict"`
	Length        *int64   `parquet:"length,optional"`
	Depth         *float64 `parquet:"depth,optional"`
	Format        string   `parquet:"format,dict"`
	Distance      *int64   `parquet:"distance,optional"`
	Extend        string   `parquet:"extend,dict"`
	Seed          int64    `parquet:"seed"`
	TrainSeed     *int64   `parquet:"train_seed,optional"`
	Prompt        string   `parquet:"prompt"`
	Answer        string   `parquet:"answer"` // the reference answers, one a line
	Prediction    string   `parquet:"prediction"`
	Score         float64  `parquet:"score"`
	Failure       string   `parquet:"failure,dict"`
	SampleVariant string   `parquet:"sample_variant,dict"`
	LogProb       *float64 `parquet:"logprob,optional"`
	Rank          *int64   `parquet:"rank,optional"`
	PromptTokens  *int64   `parquet:"prompt_tokens,optional"`
	TokensRead    *int64   `parquet:"tokens_read,optional"`
	Prefill       float64  `parquet:"prefill_s"`        // seconds
	Decode        float64  `parquet:"decode_s"`         // seconds
	ComputedBy    string   `parquet:"computed_by,dict"` // empty: unknown
	Host          string   `parquet:"host,dict"`
	Time          string   `parquet:"time"` // RFC 3339, UTC
}

// rowOf returns the row of a record.
func rowOf(r *study.Record) row {
	out := row{
		Cell: r.Cell, Sample: int64(r.Sample), Model: r.Model, Variant: r.Variant, Task: r.Task, Length: known(r.Length),
		Format: r.Format, Distance: known(r.Distance), Extend: r.Extend, Seed: r.Seed, TrainSeed: known(r.TrainSeed), Prompt: r.Prompt,
		Answer: strings.Join(r.Answer, "\n"), Prediction: r.Prediction, Score: r.Score, Failure: r.Failure, SampleVariant: r.SampleVariant, Rank: known(r.Rank),
		PromptTokens: known(r.PromptTokens), TokensRead: known(r.TokensRead),
		Prefill: r.Prefill.Seconds(), Decode: r.Decode.Seconds(), Host: r.Host, Time: r.Time.UTC().Format(time.RFC3339Nano),
	}
	if r.ComputedBy != (study.ComputedBy{}) {
		out.ComputedBy = r.ComputedBy.String()
	}
	if r.Depth != data.AnyDepth {
		depth := r.Depth
		out.Depth = &depth
	}
	if !math.IsNaN(r.LogProb) {
		logProb := r.LogProb
		out.LogProb = &logProb
	}
	return out
}

// known returns a pointer to n, or nil for 0, which stands for an unknown number.
func known[N int | int64](n N) *int64 {
	if n == 0 {
		return nil
	}
	x := int64(n)
	return &x
}

// Parquet writes the records as a Parquet file with Snappy compression, a row for each record in the order given.
func Parquet(w io.Writer, records []study.Record) error {
	out := parquet.NewGenericWriter[row](w, parquet.Compression(&parquet.Snappy))
	for some := range slices.Chunk(records, 1<<10) {
		rows := make([]row, len(some))
		for i := range some {
			rows[i] = rowOf(&some[i])
		}
		if _, err := out.Write(rows); err != nil {
			return fmt.Errorf("write Parquet: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	return nil
}

// CSV writes the records as CSV with a header, a row for each record in the order given.
func CSV(w io.Writer, records []study.Record) error {
	out := csv.NewWriter(w)
	out.Write([]string{"cell", "sample", "model", "variant", "task", "length", "depth", "format", "distance", "extend", "seed", "train_seed",
		"prompt", "answer", "prediction", "score", "failure", "sample_variant", "logprob", "rank", "prompt_tokens", "tokens_read",
		"prefill_s", "decode_s", "computed_by", "host", "time"})
	for i := range records {
		r := rowOf(&records[i])
		out.Write([]string{r.Cell, whole(&r.Sample), r.Model, r.Variant, r.Task, whole(r.Length), decimal(r.Depth), r.Format,
			whole(r.Distance), r.Extend, whole(&r.Seed), whole(r.TrainSeed), r.Prompt, r.Answer, r.Prediction, decimal(&r.Score), r.Failure, r.SampleVariant, decimal(r.LogProb),
			whole(r.Rank), whole(r.PromptTokens), whole(r.TokensRead), decimal(&r.Prefill), decimal(&r.Decode), r.ComputedBy, r.Host, r.Time})
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// whole formats an integer, or "" for nil.
func whole(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// decimal formats a number with as many digits as reading the same value back takes, or "" for nil.
func decimal(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}
