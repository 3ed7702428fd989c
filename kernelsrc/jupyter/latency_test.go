package jupyter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// cells are the cells whose latency is measured: imports, which are a cell of their own, and code, which is run again
// and again.
var cells = []struct{ name, imports, code, want string }{
	{"hello", `import "fmt"`, `fmt.Println("hello")`, "hello\n"},
	{"plot", `import (
	"bytes"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)`, `p := plot.New()
line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 1}, {X: 1, Y: 0}})
p.Add(line)
svg, err2 := p.WriterTo(4*vg.Inch, 3*vg.Inch, "svg")
var b bytes.Buffer
svg.WriteTo(&b)
fmt.Println(err, err2, b.Len() > 1000)`, "<nil> <nil> true\n"},
	{"xla", `import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"longseq/kernelsrc/backend"
)`, `b, err := backend.Open("xla:cpu")
if err != nil {
	fmt.Println(err)
	return
}
three := graph.MustExecOnce(b, func(x *graph.Node) *graph.Node { return graph.AddScalar(x, 1) }, float32(2))
fmt.Println(three.Value())`, "3\n"},
	{"study", `import (
	"fmt"

	"longseq/study"
)`, `fmt.Println(len(study.Plan{}.Lengths))`, "0\n"},
}

// BenchmarkCell measures the time from a request to the kernel's idle status, as a client sees it, of a cell that was
// changed, which is built, and of one that is run again unchanged.
//
//	go test ./kernelsrc/jupyter -run '^$' -bench Cell -benchtime 20x
func BenchmarkCell(b *testing.B) {
	for _, cell := range cells {
		for _, changed := range []bool{true, false} {
			name := cell.name + "/again"
			if changed {
				name = cell.name + "/changed"
			}
			b.Run(name, func(b *testing.B) {
				c := start(b)
				c.useModule()
				run := func(i int) {
					got := c.run(fmt.Sprintf("%%%%\n%s\nconst number = %d", cell.code, i))
					if text := got.text("stdout"); text != cell.want {
						if strings.Contains(text, "no plugin") {
							b.Skip(text)
						}
						b.Fatalf("printed %q, want %q: %v", text, cell.want, got.reply)
					}
				}
				c.mustRun(cell.imports)
				run(-1)
				run(0) // the first after the build of all packages
				number, took := 0, []time.Duration{}
				for b.Loop() {
					if changed {
						number++
					}
					begin := time.Now()
					run(number)
					took = append(took, time.Since(begin))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[0].Microseconds())/1000, "ms/best")
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
			})
		}
	}
}
