package ruler

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkSample times one sample, its record included and the search left out, with GPT-NeoX's
// tokenizer.
func BenchmarkSample(b *testing.B) {
	sources := openShared(b)
	for _, length := range []int{4096, 16384} {
		for _, task := range Tasks() {
			b.Run(fmt.Sprintf("%s-%d", task.Name, length), func(b *testing.B) {
				s, err := newSession(Default(task, length), tokenizerOf(b, "neox"), sources)
				if err != nil {
					b.Fatal(err)
				}
				g, err := s.generator()
				if err != nil {
					b.Fatal(err)
				}
				if err := g.search(context.Background()); err != nil {
					b.Fatal(err)
				}
				var line []byte
				for number := 0; b.Loop(); number++ {
					d, err := g.next(number % 2)
					if err != nil {
						b.Fatal(err)
					}
					sample, err := s.sample(number, d)
					if err != nil {
						b.Fatal(err)
					}
					line = sample.AppendJSON(line[:0])
				}
				b.SetBytes(int64(len(line)))
			})
		}
	}
}
