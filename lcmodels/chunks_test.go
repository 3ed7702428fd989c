package lcmodels_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// reader reads chunks and returns the logits of every position.
type reader struct {
	model   *lcmodels.Model
	weights []any
	exec    *Exec
}

func newReader(t *testing.T, b *backend.Backend, m *lcmodels.Model) *reader {
	t.Helper()
	n := len(m.Architecture.Weights())
	exec, err := NewExec(b, func(in []*Node) []*Node {
		w, err := lcmodels.NewWeights(m.Architecture.Weights(), in[2:2+n], dtypes.Float32)
		if err != nil {
			panic(err)
		}
		s, err := lcmodels.NewCarry(lcmodels.StateOf(m.Architecture), in[2+n:])
		if err != nil {
			panic(err)
		}
		chunk := lcmodels.Chunk{Tokens: in[0], Valid: in[1], State: s}
		return append([]*Node{lcmodels.Forward(m.Architecture, w, chunk)}, s.Nodes()...)
	})
	check(t, err)
	t.Cleanup(exec.Finalize)
	exec.SetMaxCache(-1)
	return &reader{m, onDevice(t, b, m), exec}
}

// read reads one chunk of which the first valid[b] tokens of each row are real and returns its logits [B][T*V].
func (r *reader) read(t *testing.T, rows [][]int32, valid []int32, s *lcmodels.State) ([][]float32, *lcmodels.State) {
	t.Helper()
	args := []any{tensors.FromValue(rows), tensors.FromValue(valid)}
	args = append(args, r.weights...)
	for _, x := range s.Tensors {
		args = append(args, x)
	}
	out, err := r.exec.Exec(args...)
	check(t, err)
	flat, err := tensors.CopyFlatData[float32](out[0])
	check(t, err)
	after := *s
	after.Tensors = out[1:]
	after.Used += len(rows[0])
	return split(flat, len(rows)), &after
}

func split(flat []float32, rows int) [][]float32 {
	size := len(flat) / rows
	parts := make([][]float32, rows)
	for b := range parts {
		parts[b] = flat[b*size : (b+1)*size]
	}
	return parts
}

// readCut reads rows cut before each of the given positions.
func (r *reader) readCut(t *testing.T, rows [][]int32, cuts []int) ([]float32, *lcmodels.State) {
	t.Helper()
	length := len(rows[0])
	s := lcmodels.NewState(r.model.Architecture, len(rows), length+7)
	logits := make([][]float32, len(rows))
	from := 0
	for _, to := range append(append([]int{}, cuts...), length) {
		part := make([][]int32, len(rows))
		valid := make([]int32, len(rows))
		for b := range rows {
			part[b], valid[b] = rows[b][from:to], int32(to-from)
		}
		var got [][]float32
		got, s = r.read(t, part, valid, s)
		for b := range got {
			logits[b] = append(logits[b], got[b]...)
		}
		from = to
	}
	var flat []float32
	for _, l := range logits {
		flat = append(flat, l...)
	}
	return flat, s
}

func everyToken(length int) []int {
	var cuts []int
	for i := 1; i < length; i++ {
		cuts = append(cuts, i)
	}
	return cuts
}

func TestAnyChunkingEqualsTheReferences(t *testing.T) {
	b := open(t)
	for _, name := range goldenModels {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			want, err := g.tensors.Float32("logits")
			check(t, err)
			tokens := g.tokens(t, "tokens")
			r := newReader(t, b, g.model)
			for _, cuts := range [][]int{g.notes.Params.ChunkCuts, everyToken(len(tokens[0]))} {
				got, state := r.readCut(t, tokens, cuts)
				within(t, fmt.Sprintf("logits with %d cuts", len(cuts)), got, want, g.notes.Tolerance.Logits)
				compareStates(t, g, state)
			}
		})
	}
}

// compareStates checks every state tensor of the golden file: row 0, named state.<layer>.<what>. Of a
// KV cache it holds the last 8 keys, of a window that is not full yet the keys there are.
func compareStates(t *testing.T, g *golden, s *lcmodels.State) {
	t.Helper()
	compared := 0
	for _, name := range g.tensors.Names() {
		own, ok := strings.CutPrefix(name, "state.")
		if !ok {
			continue
		}
		own = strings.TrimSuffix(strings.Replace(own, ".rec", ".h", 1), "_last8")
		got, dims, err := s.Values(own)
		check(t, err)
		want, err := g.tensors.Float32(name)
		check(t, err)
		row := got[:len(got)/dims[0]]
		if strings.HasSuffix(name, "_last8") && len(dims) == 4 && s.HasSlots() {
			row = bySlot(row, dims[1], dims[2], dims[3])
			row = row[:len(row)/s.Slots*s.Used]
		}
		within(t, name, row[len(row)-len(want):], want, g.notes.Tolerance.State)
		compared++
	}
	if compared == 0 {
		t.Error("no state in the golden file")
	}
}

// bySlot turns a cache's row [G, S, D] into [S, G, D].
func bySlot(row []float32, groups, slots, dim int) []float32 {
	turned := make([]float32, 0, len(row))
	for s := range slots {
		for g := range groups {
			at := (g*slots + s) * dim
			turned = append(turned, row[at:at+dim]...)
		}
	}
	return turned
}

func TestRowsOfUnequalLengthReadAsTheyWouldAlone(t *testing.T) {
	b := open(t)
	for _, name := range []string{"mamba2", "mamba2attn", "llama", "rwkv6", "recurrentgemma"} {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			r := newReader(t, b, g.model)
			tokens := g.tokens(t, "tokens")[:1]
			piece := len(tokens[0]) / 3 // one size, so that a graph is compiled for it once
			cuts := []int{piece, 2 * piece, len(tokens[0])}
			alone, _ := r.readCut(t, tokens, cuts[:2])
			// Beside it a row that is shorter: no token of the first piece, then 3, then 20.
			random := rand.New(rand.NewPCG(1, 2))
			s := lcmodels.NewState(g.model.Architecture, 2, len(tokens[0])+7)
			var got []float32
			from := 0
			for i, to := range cuts {
				other := make([]int32, to-from)
				for j := range other {
					other[j] = int32(random.IntN(200))
				}
				var logits [][]float32
				logits, s = r.read(t, [][]int32{tokens[0][from:to], other}, []int32{int32(to - from), []int32{0, 3, 20}[i]}, s)
				got = append(got, logits[0]...)
				from = to
			}
			within(t, "the longer row", got, alone, g.notes.Tolerance.Logits)

			// And the shorter row, alone, without any padding.
			random = rand.New(rand.NewPCG(1, 2))
			var short []int32
			for i := range cuts {
				for j := range piece {
					token := int32(random.IntN(200))
					if j < []int{0, 3, 20}[i] {
						short = append(short, token)
					}
				}
			}
			_, want := r.readCut(t, [][]int32{short}, []int{3})
			for i, spec := range s.Specs {
				if spec.Integer || spec.Slots {
					continue
				}
				padded, _, err := s.Values(spec.Name)
				check(t, err)
				own, _, err := want.Values(spec.Name)
				check(t, err)
				within(t, "state "+s.Specs[i].Name, padded[len(padded)/2:], own, g.notes.Tolerance.State)
			}
		})
	}
}
