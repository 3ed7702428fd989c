package study

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"longseq/internal/identity"
)

// bigStore writes a store of n records as a sweep writes them: of six models, which see the same prompts.
func bigStore(tb testing.TB, dir string, n int) {
	tb.Helper()
	const perFile = 500_000
	models := []string{"griffin", "llama", "mamba2", "mamba2attn", "rwkv6", "transformerpp"}
	var file *os.File
	var out *bufio.Writer
	flush := func() {
		if out != nil {
			if err := out.Flush(); err != nil {
				tb.Fatal(err)
			}
			file.Close()
		}
	}
	const cells = 25 * 6
	samples := (n + cells - 1) / cells
	written := 0
	for model, name := range models {
		for cell := range cells / 6 {
			for sample := range samples {
				if written == n {
					break
				}
				if written%perFile == 0 {
					flush()
					var err error
					if file, err = os.Create(filepath.Join(dir, fmt.Sprintf("records-%d.jsonl", written/perFile))); err != nil {
						tb.Fatal(err)
					}
					out = bufio.NewWriterSize(file, 1<<20)
				}
				r := Record{Cell: identity.Of(fmt.Sprint(model, cell)), Sample: sample, Model: name, Task: "recall", Length: 64 << (cell % 5),
					Depth: float64(cell / 5 * 25), Format: "essay-word-word", Seed: 1, Prompt: identity.Of(fmt.Sprint(cell, sample)),
					Answer: []string{"dog"}, Prediction: "dog", Score: 1, LogProb: -0.01234567 * float64(sample%97+1), Rank: 1, PromptTokens: 63,
					Prefill: 1234567, Decode: 234567, ComputedBy: ComputedBy{Backend: "xla:cpu", Dots: "f32", Native: true}, Host: "vm",
					Time: time.Date(2026, 11, 28, 1, 2, 3, 456e6, time.UTC)}
				if sample%3 == 0 {
					r.Prediction, r.Score, r.Rank = "owl", 0, 2
				}
				line, err := r.MarshalJSON()
				if err != nil {
					tb.Fatal(err)
				}
				out.Write(line)
				out.WriteByte('\n')
				written++
			}
		}
	}
	flush()
}

// BenchmarkOpenStore reads a store of 100,000 and of 1,000,000 records; peak-MB is the largest memory of the process.
func BenchmarkOpenStore(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dir := b.TempDir()
			bigStore(b, dir, n)
			for b.Loop() {
				s, err := OpenStore(dir)
				if err != nil || len(s.Records) != n {
					b.Fatal(err, len(s.Records))
				}
				if s.Digest() == "" {
					b.Fatal()
				}
				runtime.KeepAlive(s)
			}
			b.ReportMetric(float64(peakMemory(b))/1e6, "peak-MB")
		})
	}
}
