package selftest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/plain"
)

// Limits of models, in float32.
const (
	// logitsLimit allows rounding over two or three layers: the tests allow 1e-4 to 3e-4 against the reference
	// implementations, which compute in float32 too.
	logitsLimit = 1e-4
	// batchLimit is for the same row alone and in a batch, which may be summed in another order.
	batchLimit = 2e-5
	// slopeLimit is for gradients in a direction against central differences.
	slopeLimit = 2e-3
)

// model is a small model of an architecture, with sizes that are no powers of two and no weights of its own.
type model struct{ name, config string }

var models = []model{
	{"mamba2", `{"d_model": 24, "n_layer": 1, "vocab_size": 33, "pad_vocab_size_multiple": 8, "tie_embeddings": false,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 6, "headdim": 4, "ngroups": 3, "bias": true, "d_conv": 3}}`},
	{"mamba2attn", `{"d_model": 24, "n_layer": 2, "vocab_size": 32, "attn_layer_idx": [1], "d_intermediate": 8,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 4, "headdim": 12}, "attn_cfg": {"causal": true, "num_heads": 6, "num_heads_kv": 2,
		"head_dim": 10, "d_conv": 2, "rotary_emb_dim": 4, "rotary_emb_base": 100}}`},
	{"transformerpp", `{"d_model": 24, "n_layer": 1, "vocab_size": 32, "attn_layer_idx": [0], "d_intermediate": 40,
		"ssm_cfg": {"layer": "Mamba2"}, "attn_cfg": {"causal": true, "num_heads": 3, "head_dim": 8, "rotary_emb_dim": 8, "rotary_emb_base": 100}}`},
	{"rwkv6", `{"model_type": "rwkv6", "hidden_size": 24, "num_hidden_layers": 1, "head_size": 8, "head_size_divisor": 3,
		"intermediate_size": 18, "time_mix_extra_dim": 5, "time_decay_extra_dim": 7, "layer_norm_epsilon": 1e-3, "vocab_size": 27}`},
	{"griffin", `{"model_type": "recurrent_gemma", "hidden_size": 24, "lru_width": 30, "num_hidden_layers": 2, "num_attention_heads": 6,
		"num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 28, "attention_window_size": 5, "conv1d_width": 3, "logits_soft_cap": 7,
		"partial_rotary_factor": 0.25, "block_types": ["attention", "recurrent"], "vocab_size": 29}`},
	{"llama", `{"model_type": "llama", "hidden_size": 20, "intermediate_size": 14, "num_hidden_layers": 1, "num_attention_heads": 6,
		"num_key_value_heads": 3, "head_dim": 8, "vocab_size": 31, "rope_parameters": {"rope_theta": 50, "rope_type": "default"}}`},
}

// sample is a model with weights, and rows of tokens with the logits that the equations give.
type sample struct {
	architecture lcmodels.Architecture
	weights      [][]float64 // float32 values
	rows         [][]int32
	logits       [][]float64 // of each row [T*V]
}

// sampleLength is in tokens: more than a chunk of any operation.
const sampleLength = 70

// draw makes a sample of two rows.
func (m model) draw() (sample, error) {
	a, err := lcmodels.ParseConfig([]byte(m.config))
	if err != nil {
		return sample{}, err
	}
	rng := rand.New(rand.NewPCG(11, 12))
	s := sample{architecture: a}
	for _, spec := range a.Weights() {
		values := make([]float64, spec.Size())
		for i := range values {
			values[i] = float64(float32(spec.Initial(i, rng.NormFloat64()) + 0.2*rng.NormFloat64()))
		}
		s.weights = append(s.weights, values)
	}
	for range 2 {
		row := make([]int32, sampleLength)
		for i := range row {
			row[i] = rng.Int32N(int32(a.Vocab()))
		}
		logits, err := plain.Logits(a, s.weights, row)
		if err != nil {
			return sample{}, err
		}
		s.rows, s.logits = append(s.rows, row), append(s.logits, joined(logits))
	}
	return s, nil
}

// joined is the rows one after another.
func joined(rows [][]float64) []float64 {
	var all []float64
	for _, row := range rows {
		all = append(all, row...)
	}
	return all
}

// model returns the sample's model.
func (s sample) model(name string) *lcmodels.Model {
	m := &lcmodels.Model{Name: name, Architecture: s.architecture}
	for i, spec := range s.architecture.Weights() {
		m.Weights = append(m.Weights, float32Tensor(s.weights[i], spec.Dims))
	}
	return m
}

// arguments are tokens and weights as arguments of a graph.
func (s sample) arguments(rows [][]int32) []any {
	arguments := []any{tensors.FromValue(rows)}
	for i, spec := range s.architecture.Weights() {
		arguments = append(arguments, float32Tensor(s.weights[i], spec.Dims))
	}
	return arguments
}

// forward is the logits [B, T, V] of tokens and weights.
func (s sample) forward(in []*Node) *Node {
	w, err := lcmodels.NewWeights(s.architecture.Weights(), in[1:], dtypes.Float32)
	if err != nil {
		panic(err)
	}
	return lcmodels.Forward(s.architecture, w, lcmodels.Chunk{Tokens: in[0]})
}

func (m model) checks() []check {
	run := func(compare func(c *comparison, m model, s sample) error) func(c *comparison) error {
		return func(c *comparison) error {
			s, err := m.draw()
			if err != nil {
				return err
			}
			return compare(c, m, s)
		}
	}
	return []check{
		{name: m.name, run: run(compareWhole)},
		{name: m.name, run: run(compareReading)},
		{name: m.name, run: run(compareSlopes)},
	}
}

// compareWhole compares the logits of whole sequences, and those of a row alone with the same row in a batch.
func compareWhole(c *comparison, m model, s sample) error {
	c.begin("logits")
	p, err := c.compile(func(in []*Node) []*Node { return []*Node{s.forward(in)} })
	if err != nil {
		return err
	}
	defer p.finish()
	batch, err := p.exec1(s.arguments(s.rows)...)
	if err != nil {
		return err
	}
	c.near("logits", batch[0], joined(s.logits), logitsLimit)
	var alone []float64
	for _, row := range s.rows {
		got, err := p.exec1(s.arguments([][]int32{row})...)
		if err != nil {
			return err
		}
		alone = append(alone, got[0]...)
	}
	c.near("a row in a batch against the row alone", batch[0], alone, batchLimit)
	return nil
}

// compareReading compares what a sweep computes: log-probabilities behind a prompt that is read in chunks, and behind each
// token that is read after it.
func compareReading(c *comparison, m model, s sample) error {
	const chunk, prompt = 32, 50
	r, err := generate.NewReader(c.b, s.model(m.name), chunk)
	if err != nil {
		return err
	}
	V := s.architecture.Vocab()
	const what = "a prompt in chunks, then token by token"
	c.begin(what)
	prompts, asked := [][]int32{}, []int32{}
	for _, row := range s.rows {
		prompts, asked = append(prompts, row[:prompt]), append(asked, row[prompt])
	}
	next, state, err := r.Prefill(c.ctx, prompts, asked, r.Start(len(prompts)))
	if err != nil {
		return err
	}
	var logProbs, want []float64
	for at := prompt; ; at++ {
		for b, row := range s.rows {
			logProbs = append(logProbs, float64(next.LogProb[b]))
			want = append(want, logSoftmax(s.logits[b][(at-1)*V:at*V], row[at]))
		}
		if at == sampleLength-1 {
			break
		}
		tokens := make([][]int32, len(s.rows))
		for b, row := range s.rows {
			tokens[b], asked[b] = row[at:at+1], row[at+1]
		}
		if next, state, err = r.Append(c.ctx, tokens, asked, state); err != nil {
			return err
		}
	}
	c.near(what, logProbs, want, logitsLimit)
	return state.Free()
}

// logSoftmax is the log-probability of a token by its logits.
func logSoftmax(logits []float64, token int32) float64 {
	most, sum := math.Inf(-1), 0.0
	for _, v := range logits {
		most = max(most, v)
	}
	for _, v := range logits {
		sum += math.Exp(v - most)
	}
	return logits[token] - most - math.Log(sum)
}

// crossEntropy is the mean of -logSoftmax over the tokens of a row that have a token behind them.
func crossEntropy(logits [][]float64, row []int32) float64 {
	sum := 0.0
	for t, token := range row[1:] {
		sum -= logSoftmax(logits[t], token)
	}
	return sum / float64(len(row)-1)
}

// compareSlopes compares how the loss of a row changes with each weight in a random direction: by the backend's gradient
// and by central differences of the equations.
func compareSlopes(c *comparison, m model, s sample) error {
	const T, step = 24, 1e-5
	what := fmt.Sprintf("gradients of %d weights", len(s.weights))
	c.begin(what)
	row := s.rows[0][:T]
	p, err := c.compile(func(in []*Node) []*Node {
		logits := s.forward(in) // [1, T, V]
		logProbs := LogSoftmax(Slice(logits, AxisRange(), AxisRange(0, T-1)), -1)
		target := OneHot(Slice(in[0], AxisRange(), AxisRange(1, T)), s.architecture.Vocab(), dtypes.Float32)
		loss := Neg(ReduceAllMean(ReduceSum(Mul(logProbs, target), -1)))
		return Gradient(loss, in[1:]...)
	})
	if err != nil {
		return err
	}
	defer p.finish()
	gradients, err := p.exec1(s.arguments([][]int32{row})...)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(13, 14))
	var got, want []float64
	for i, weight := range s.weights {
		direction, before, slope := make([]float64, len(weight)), append([]float64{}, weight...), 0.0
		for j := range direction {
			direction[j] = rng.NormFloat64() / math.Sqrt(float64(len(direction)))
			slope += direction[j] * gradients[i][j]
		}
		lossAt := func(step float64) (float64, error) {
			for j := range weight {
				weight[j] = before[j] + step*direction[j]
			}
			logits, err := plain.Logits(s.architecture, s.weights, row)
			if err != nil {
				return 0, err
			}
			return crossEntropy(logits, row), nil
		}
		up, err := lossAt(step)
		if err != nil {
			return err
		}
		down, err := lossAt(-step)
		if err != nil {
			return err
		}
		copy(weight, before)
		got, want = append(got, slope), append(want, (up-down)/(2*step))
	}
	c.near(what, got, want, slopeLimit)
	return nil
}
