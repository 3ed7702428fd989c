package generate

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// DefaultChunk is the default number of tokens in a chunk.
const DefaultChunk = 512

// Reader reads tokens with one model on one backend. Weights and states stay on the device. A Reader must not be
// used by several goroutines at once.
type Reader struct {
	model   *lcmodels.Model
	chunk   int
	weights []*tensors.Tensor // on the device
	exec    *backend.Executor
	logits  *backend.Executor // made on first use
	copies  *backend.Executor
	taker   *backend.Executor // likewise
	cleaner *backend.Executor // likewise
	b       *backend.Backend
	// growers double the room of KV caches, by the room that they double.
	growers map[int]*backend.Executor
	// room is the largest room of KV caches that sequences of this model began with, and spare a state of which the KV caches
	// can be used again: see StartFor.
	room  int
	spare *lcmodels.State
}

// NewReader moves the model's weights to the device. Graphs are compiled on first use. chunk is the number of
// tokens that are read at a time.
func NewReader(b *backend.Backend, m *lcmodels.Model, chunk int) (*Reader, error) {
	if chunk < 1 {
		return nil, fmt.Errorf("read with %s: the chunk is %d tokens: must be at least 1", m.Name, chunk)
	}
	weights, err := m.OnDevice(b)
	if err != nil {
		return nil, err
	}
	r := &Reader{model: m, chunk: chunk, weights: weights, b: b, growers: map[int]*backend.Executor{}}
	r.exec, err = backend.NewExecutor(b, r.readGraph, func(input int) bool { return input >= 3+len(weights) })
	if err != nil {
		return nil, fmt.Errorf("read with %s: %w", m.Name, err)
	}
	if r.copies, err = newExecutor(r, func(state []*Node) []*Node { return state }); err != nil {
		return nil, err
	}
	return r, nil
}

// newExecutor makes an executor that consumes none of its inputs.
func newExecutor(r *Reader, fn func(in []*Node) []*Node) (*backend.Executor, error) {
	e, err := backend.NewExecutor(r.b, fn, func(int) bool { return false })
	if err != nil {
		return nil, fmt.Errorf("read with %s: %w", r.model.Name, err)
	}
	return e, nil
}

// Fits reports whether the reader's programs compute the model too: it has the architecture, with all of its sizes, and the
// type of products of the reader's own.
func (r *Reader) Fits(m *lcmodels.Model) bool {
	return r.model.Dots == m.Dots && reflect.DeepEqual(r.model.Architecture, m.Architecture)
}

// Change puts a model that fits into the place of the reader's, whose weights are freed. Nothing is compiled again. States
// that the former model has read must not be used afterwards.
func (r *Reader) Change(m *lcmodels.Model) error {
	if !r.Fits(m) {
		return fmt.Errorf("read with %s: it has another shape than %s", m.Name, r.model.Name)
	}
	weights, err := m.OnDevice(r.b)
	if err != nil {
		return err
	}
	if err := free(r.weights); err != nil {
		return err
	}
	r.model, r.weights = m, weights
	return nil
}

// Model is the model of the reader.
func (r *Reader) Model() *lcmodels.Model { return r.model }

// Chunk is the number of tokens that are read at a time.
func (r *Reader) Chunk() int { return r.chunk }

// Next is a model's prediction of the next token, one entry for each sequence of the batch.
type Next struct {
	// Token is the likeliest token.
	Token []int32
	// LogProb is the log-probability of the token that was asked for, in nats, and Rank its rank, 1 for the
	// likeliest.
	LogProb []float32
	Rank    []int32
	// NotFinite says that a logit is NaN or infinite, so that the other entries mean nothing.
	NotFinite []bool
}

func newNext(rows int) Next {
	return Next{make([]int32, rows), make([]float32, rows), make([]int32, rows), make([]bool, rows)}
}

// set copies entry i of another prediction to an entry.
func (n *Next) set(entry int, other Next, i int) {
	n.Token[entry], n.LogProb[entry], n.Rank[entry], n.NotFinite[entry] = other.Token[i], other.LogProb[i], other.Rank[i], other.NotFinite[i]
}

// readGraph reads one chunk. in: tokens int32 [B, T], valid int32 [B], the tokens asked for int32 [B], the
// weights, the state. It returns Next as [4, B] and the new state.
func (r *Reader) readGraph(in []*Node) []*Node {
	a := r.model.Architecture
	w, s := r.unpack(in[3:])
	chunk := lcmodels.Chunk{Tokens: in[0], Valid: in[1], State: s}
	hidden := lastValid(lcmodels.Hidden(a, w, chunk), in[1])
	return append([]*Node{next(a.Logits(w, hidden), in[2])}, s.Nodes()...)
}

// unpack returns the weights and the state, which are the last inputs of a graph.
func (r *Reader) unpack(in []*Node) (*lcmodels.Weights, *lcmodels.Carry) {
	a := r.model.Architecture
	dots := r.model.Dots
	if dots == dtypes.InvalidDType {
		dots = dtypes.Float32
	}
	w, err := lcmodels.NewWeights(a.Weights(), in[:len(r.weights)], dots)
	if err != nil {
		panic(err)
	}
	s, err := lcmodels.NewCarry(lcmodels.StateOf(a), in[len(r.weights):])
	if err != nil {
		panic(err)
	}
	return w, s
}

// lastValid returns the hidden vector of each row's last token that is not padding: hidden [B, T, D] and valid [B]
// to [B, D]. For a row of padding alone it is the first one, which is not used.
func lastValid(hidden, valid *Node) *Node {
	d := hidden.Shape().Dimensions
	batch, time, width := d[0], d[1], d[2]
	row := MulScalar(Iota(hidden.Graph(), shapes.Make(dtypes.Int32, batch), 0), time)
	at := Add(row, MaxScalar(AddScalar(valid, -1), 0))
	return Gather(Reshape(hidden, batch*time, width), ExpandAxes(at, -1))
}

// next takes from logits [B, V] the likeliest token, the log-probability and rank of the token asked for, and how many
// logits are not finite. It returns them as [4, B] in float32, which represents every token and rank of the vocabularies
// that a configuration may have. One result needs one transfer. As int32 [B] the tokens would get the buffer of one of the state's
// counters, and the counters would be moved in every step.
func next(logits, asked *Node) *Node {
	dims := logits.Shape().Dimensions
	logProbs := LogSoftmax(logits, -1)
	hot := OneHot(asked, dims[1], logits.DType())
	logProb := ReduceSum(Mul(logProbs, hot), -1)
	mine := BroadcastToDims(ExpandAxes(ReduceSum(Mul(logits, hot), -1), -1), dims...)
	better := ReduceSum(ConvertDType(GreaterThan(logits, mine), dtypes.Int32), -1)
	finite := ReduceSum(ConvertDType(IsFinite(logits), dtypes.Int32), -1)
	all := []*Node{ArgMax(logits, -1, dtypes.Int32), logProb, AddScalar(better, 1), Neg(AddScalar(finite, -dims[1]))}
	for i, x := range all {
		all[i] = ConvertDType(x, dtypes.Float32)
	}
	return Stack(all, 0)
}

// step reads tokens [B][T], of which those of row b after valid[b] are padding, and consumes the state.
func (r *Reader) step(tokens [][]int32, valid, asked []int32, s *lcmodels.State) (Next, *lcmodels.State, error) {
	inputs := []*tensors.Tensor{tensors.FromValue(tokens), tensors.FromValue(valid), tensors.FromValue(asked)}
	out, after, err := r.run(r.exec, inputs, 1, int(slices.Max(valid)), s)
	if err != nil {
		return Next{}, nil, err
	}
	n, err := readNext(out[0])
	return n, after, err
}

// run executes a graph that reads a chunk. Its inputs are the given ones, of which the first is tokens [B, T], then
// the weights, then the state. It consumes the given inputs and the state. read is the number of tokens in the
// longest row. It returns the graph's first results and the new state.
func (r *Reader) run(exec *backend.Executor, inputs []*tensors.Tensor, results, read int, s *lcmodels.State) ([]*tensors.Tensor, *lcmodels.State, error) {
	time := inputs[0].Shape().Dim(1)
	if err := r.makeRoom(s, time); err != nil {
		return nil, nil, err
	}
	out, err := exec.Exec(slices.Concat(inputs, r.weights, s.Tensors)...)
	if err != nil {
		return nil, nil, fmt.Errorf("read %d tokens with %s: %w", time, r.model.Name, err)
	}
	if err := free(inputs); err != nil {
		return nil, nil, err
	}
	after := &lcmodels.State{Specs: s.Specs, Tensors: out[results:], Batch: s.Batch, Slots: s.Slots, Used: s.Used + read}
	s.Tensors = nil
	return out[:results], after, nil
}

// readNext reads the result of the graph next and frees it.
func readNext(out *tensors.Tensor) (Next, error) {
	n := newNext(out.Shape().Dim(1))
	err := tensors.ConstFlatData(out, func(all []float32) {
		rows := len(n.Token)
		for b := range rows {
			n.Token[b], n.LogProb[b], n.Rank[b], n.NotFinite[b] = int32(all[b]), all[rows+b], int32(all[2*rows+b]), all[3*rows+b] != 0
		}
	})
	return n, errors.Join(err, out.FinalizeAll())
}

// Fork copies a state on the device. Neither copy changes the other.
func (r *Reader) Fork(s *lcmodels.State) (*lcmodels.State, error) {
	out, err := r.copies.Exec(s.Tensors...)
	if err != nil {
		return nil, fmt.Errorf("fork the state of %s: %w", r.model.Name, err)
	}
	fork := *s
	fork.Tensors = out
	return &fork, nil
}
