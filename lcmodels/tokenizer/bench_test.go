package tokenizer

import (
	"encoding/json"
	"os"
	"testing"

	"longseq/internal/shared"
)

// essays returns Paul Graham's essays as RULER joins them, 644 KB of English.
func essays(b *testing.B) string {
	data, err := os.ReadFile(shared.Dir(b, "data/PaulGrahamEssays.json"))
	if err != nil {
		b.Fatal(err)
	}
	var file struct{ Text string }
	if err := json.Unmarshal(data, &file); err != nil {
		b.Fatal(err)
	}
	return file.Text
}

func BenchmarkEncode(b *testing.B) {
	text := essays(b)
	for _, row := range goldens {
		b.Run(row.golden, func(b *testing.B) {
			tok := load(b, row.tokenizer)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tok.Encode(text)
			}
		})
	}
}

// BenchmarkEncodeAnew encodes with an empty cache.
func BenchmarkEncodeAnew(b *testing.B) {
	text := essays(b)
	for _, row := range goldens {
		b.Run(row.golden, func(b *testing.B) {
			tok := load(b, row.tokenizer)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tok.idle = nil
				tok.Encode(text)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, row := range goldens {
		b.Run(row.golden, func(b *testing.B) {
			for b.Loop() {
				load(b, row.tokenizer)
			}
		})
	}
}
