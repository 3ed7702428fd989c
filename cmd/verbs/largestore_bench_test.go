package verbs

import (
	"io"
	"path/filepath"
	"strconv"
	"testing"

	"longseq/study/studytest"
)

// BenchmarkLargeStore draws and exports stores of 100,000 and of 1,000,000 records. peak-MB is the most memory that the
// process has had: for that of the program, run one verb alone with -benchtime 1x.
func BenchmarkLargeStore(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dir, out := b.TempDir(), b.TempDir()
			if err := studytest.WriteLargeStore(dir, n); err != nil {
				b.Fatal(err)
			}
			for name, args := range map[string][]string{
				"figure":  {"figure", dir, "--out", out},
				"csv":     {"export", dir, "--csv", filepath.Join(out, "all.csv")},
				"parquet": {"export", dir, "--parquet", filepath.Join(out, "all.parquet")},
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if status := run(b.Context(), args, io.Discard, io.Discard); status != 0 {
							b.Fatal(status)
						}
					}
					if peak, ok := studytest.PeakMemory(); ok {
						b.ReportMetric(float64(peak)/1e6, "peak-MB")
					}
				})
			}
		})
	}
}
