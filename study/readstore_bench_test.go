package study_test

import (
	"strconv"
	"testing"

	"longseq/study"
	"longseq/study/studytest"
)

// BenchmarkStore reads stores of 100,000 and of 1,000,000 records. peak-MB is the most memory that the process has had: for
// that of a program, run one of them alone with -benchtime 1x.
func BenchmarkStore(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dir := b.TempDir()
			if err := studytest.WriteLargeStore(dir, n); err != nil {
				b.Fatal(err)
			}
			run := func(name string, read func() (int, error)) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if found, err := read(); err != nil || found != n {
							b.Fatal(found, err)
						}
					}
					if peak, ok := studytest.PeakMemory(); ok {
						b.ReportMetric(float64(peak)/1e6, "peak-MB")
					}
				})
			}
			run("status", func() (int, error) {
				status, err := study.ReadStatus(dir, studytest.LargeTasks)
				return status.Done, err
			})
			run("open", func() (int, error) {
				store, err := study.OpenStore(dir)
				if err != nil {
					return 0, err
				}
				return len(store.Records), nil
			})
			run("verify", func() (int, error) {
				v, err := study.Verify(dir, studytest.LargeTasks)
				return v.Records, err
			})
		})
	}
}
