package generate

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
)

// BenchmarkPrefillLength reads 1K, 16K and 64K tokens with the recurrent models, of width 256: tokens/s, and the
// memory of the process afterwards. Both stay the same however long the text is.
func BenchmarkPrefillLength(b *testing.B) {
	for _, c := range benchModels {
		if c.name != "mamba2" && c.name != "rwkv6" && c.name != "griffin" {
			continue
		}
		for _, length := range []int{1 << 10, 16 << 10, 64 << 10} {
			b.Run(fmt.Sprintf("%s/%dK", c.name, length>>10), func(b *testing.B) {
				opened := backendtest.Open(b, "")
				defer opened.Finalize()
				r, err := NewReader(opened, benchModel(c.config(256)), DefaultChunk)
				if err != nil {
					b.Fatal(err)
				}
				read := func(prompt [][]int32) {
					_, s, err := r.Prefill(b.Context(), prompt, []int32{0}, r.Start(1))
					if err != nil {
						b.Fatal(err)
					}
					if err := s.Free(); err != nil {
						b.Fatal(err)
					}
				}
				read(benchPrompt(DefaultChunk)) // compiles
				prompt := benchPrompt(length)
				for b.Loop() {
					read(prompt)
				}
				b.ReportMetric(float64(length)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
				b.ReportMetric(residentMegabytes(), "MB")
			})
		}
	}
}

// residentMegabytes returns the memory of this process, or 0 if the system does not report it.
func residentMegabytes() float64 {
	raw, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(raw))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseFloat(fields[1], 64)
	return pages * float64(os.Getpagesize()) / 1e6
}
