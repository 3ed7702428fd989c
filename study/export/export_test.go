package export

import (
	"bytes"
	"encoding/csv"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"longseq/data"
	"longseq/study"
)

// records are a record with all fields and one with few.
var records = []study.Record{
	{
		Cell: "c1", Sample: 3, Model: "mamba2", Task: "niah_single_1", Length: 1024, Depth: 50, Format: "noise-word-number", Seed: 42,
		Prompt: "digest", Answer: []string{"4", "7"}, Prediction: "4, \"7\"\n", Score: 0.5, Failure: "order", SampleVariant: "filled", LogProb: -1.25,
		Variant: "d_state=64", TrainSeed: 2, Extend: "rope=yarn:4", ComputedBy: study.ComputedBy{Backend: "go", Dots: "f32"},
		Rank: 2, PromptTokens: 1000, TokensRead: 900, Prefill: time.Second, Decode: 250 * time.Millisecond, Host: "a",
		Time: time.Date(2025, 1, 2, 3, 4, 5, 6000, time.UTC),
	},
	{Cell: "c2", Model: "llama", Task: "recall", Depth: data.AnyDepth, Distance: 8, LogProb: math.NaN()},
}

func TestParquetHasARowForEachRecord(t *testing.T) {
	var file bytes.Buffer
	if err := Parquet(&file, records); err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[row](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]row{rowOf(&records[0]), rowOf(&records[1])}, rows); diff != "" {
		t.Error(diff)
	}
	if rows[1].Length != nil || rows[1].Depth != nil || rows[1].LogProb != nil || rows[1].Rank != nil {
		t.Errorf("what is unknown is not null in %+v", rows[1])
	}
}

func TestCSVHasARowForEachRecord(t *testing.T) {
	var file bytes.Buffer
	if err := CSV(&file, records); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&file).ReadAll()
	if err != nil || len(rows) != 1+len(records) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	want := [][]string{
		{"c1", "3", "mamba2", "d_state=64", "niah_single_1", "1024", "50", "noise-word-number", "", "rope=yarn:4", "42", "2", "digest", "4\n7", "4, \"7\"\n", "0.5",
			"order", "filled", "-1.25", "2", "1000", "900", "1", "0.25", "go (f32)", "a", "2025-01-02T03:04:05.000006Z"},
		{"c2", "0", "llama", "", "recall", "", "", "", "8", "", "0", "", "", "", "", "0", "", "", "", "", "", "", "0", "0", "", "", "0001-01-01T00:00:00Z"},
	}
	if diff := cmp.Diff(want, rows[1:]); diff != "" {
		t.Error(diff)
	}
}
