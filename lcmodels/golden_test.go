package lcmodels_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
)

// golden is one folder of the reference implementations' outputs: testdata/models/<name>.
type golden struct {
	model   *lcmodels.Model
	tensors *checkpoint.Checkpoint
	notes   struct {
		Tolerance struct {
			Logits   float64 `json:"logits_abs"`
			State    float64 `json:"state_abs"`
			GradNorm float64 `json:"grad_norm_rel"`
		}
		Params struct {
			ChunkCuts []int `json:"chunk_cuts"`
		}
		Gradient struct {
			Loss  float64
			Norms map[string]float64
		}
	}
}

var goldenModels = []string{
	"mamba2", "mamba2-bf16", "mamba2attn", "transformerpp", "llama", "llama-sharegpt-bf16",
	"rwkv6", "rwkv6-pth", "recurrentgemma", "recurrentgemma-it-bf16",
}

func openGolden(t *testing.T, name string) *golden {
	t.Helper()
	dir := filepath.Join("testdata", "models", name)
	g := &golden{}
	raw, err := os.ReadFile(filepath.Join(dir, "golden.json"))
	check(t, err)
	check(t, json.Unmarshal(raw, &g.notes))
	g.tensors, err = checkpoint.Open(filepath.Join(dir, "golden.safetensors"))
	check(t, err)
	t.Cleanup(func() { g.tensors.Close() })
	path := dir
	if files, _ := filepath.Glob(filepath.Join(dir, "*.pth")); len(files) > 0 {
		path = files[0]
	}
	g.model, err = lcmodels.Load(path)
	check(t, err)
	return g
}

// tokens returns an integer tensor [B][T] of the golden file.
func (g *golden) tokens(t *testing.T, name string) [][]int32 {
	t.Helper()
	tensor, err := g.tensors.Tensor(name)
	check(t, err)
	flat := tensor.Float32()
	rows := make([][]int32, tensor.Shape[0])
	for b := range rows {
		for _, v := range flat[b*tensor.Shape[1] : (b+1)*tensor.Shape[1]] {
			rows[b] = append(rows[b], int32(v))
		}
	}
	return rows
}

func TestLogitsEqualTheReferences(t *testing.T) {
	b := open(t)
	for _, name := range goldenModels {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			want, err := g.tensors.Float32("logits")
			check(t, err)
			got := readWhole(t, b, g.model, g.tokens(t, "tokens"))
			within(t, "logits", got, want, g.notes.Tolerance.Logits)
		})
	}
}

// check ends the test on an error.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var opened *backend.Backend

// open returns the backend of all tests of this package.
func open(t testing.TB) *backend.Backend {
	t.Helper()
	if opened == nil {
		var err error
		opened, err = backend.Open("")
		check(t, err)
	}
	return opened
}

// within compares two flat arrays and says where they differ most.
func within(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	worst, at := 0.0, 0
	for i := range got {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if d > worst || math.IsNaN(d) {
			worst, at = d, i
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: differ by %.3g at %d (%g, want %g), allowed %g", what, worst, at, got[at], want[at], tolerance)
	}
	t.Logf("%s: largest difference %.3g of %g allowed", what, worst, tolerance)
}

// onDevice returns the model's weights as arguments of a graph.
func onDevice(t *testing.T, b *backend.Backend, m *lcmodels.Model) []any {
	t.Helper()
	weights, err := m.OnDevice(b)
	check(t, err)
	args := make([]any, len(weights))
	for i, w := range weights {
		args[i] = w
	}
	return args
}

// readWhole returns the logits [B*T*V] of whole sequences from the start.
func readWhole(t *testing.T, b *backend.Backend, m *lcmodels.Model, rows [][]int32) []float32 {
	t.Helper()
	e, err := NewExec(b, func(in []*Node) *Node {
		w, err := lcmodels.NewWeights(m.Architecture.Weights(), in[1:], dtypes.Float32)
		if err != nil {
			panic(err)
		}
		return lcmodels.Forward(m.Architecture, w, lcmodels.Chunk{Tokens: in[0]})
	})
	check(t, err)
	defer e.Finalize()
	args := []any{tensors.FromValue(rows)}
	args = append(args, onDevice(t, b, m)...)
	out, err := e.Exec1(args...)
	if err != nil {
		t.Fatal(strings.SplitN(err.Error(), "\n", 2)[0], err)
	}
	flat, err := tensors.CopyFlatData[float32](out)
	check(t, err)
	return flat
}
