package resident

import (
	"testing"
	"time"
)

// BenchmarkFirstToken measures the time from the start of a cell's program to the first token of the answer
// of a model that is held, as its kernel sees it.
//
//	go test ./study/resident -run '^$' -bench FirstToken -benchtime 20x
func BenchmarkFirstToken(b *testing.B) {
	for _, name := range []string{"mamba2", "mamba2attn", "transformerpp", "rwkv6", "griffin", "llama"} {
		b.Run(name, func(b *testing.B) {
			n := newNotebook(b)
			s := step{Model: "../../lcmodels/tiny/" + name, Question: &ask}
			n.must(s)
			var waited time.Duration
			for b.Loop() {
				begin := time.Now()
				o := n.must(s)
				if !o.Found {
					b.Fatal("the model was not held")
				}
				waited += o.First.Sub(begin)
			}
			b.ReportMetric(float64(waited.Milliseconds())/float64(b.N), "ms/first-token")
		})
	}
}

// BenchmarkLoad measures the same where nothing is held: the process is started, the model loaded and its
// graphs are compiled.
func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"mamba2", "llama"} {
		b.Run(name, func(b *testing.B) {
			n := newNotebook(b)
			s := step{Model: "../../lcmodels/tiny/" + name, Question: &ask}
			var waited time.Duration
			for b.Loop() {
				begin := time.Now()
				o := n.run(s, step{End: true})[0]
				if o.Found || o.Error != "" {
					b.Fatalf("got %+v", o)
				}
				waited += o.First.Sub(begin)
			}
			b.ReportMetric(float64(waited.Milliseconds())/float64(b.N), "ms/first-token")
		})
	}
}
