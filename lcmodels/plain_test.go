package lcmodels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
)

// plain computes a model token by token in float64 with loops over slices, written from the papers' equations
// and not from the graphs, for shapes that no golden file has.
type plain struct {
	weights map[string][]float64
	dims    map[string][]int
	// past of each layer: inputs of convolutions and shifts, keys and values, recurrent states.
	past map[string][][]float64
	// position of the token that is being read.
	position int
}

// row returns row i of a matrix.
func (p *plain) row(name string, i int) []float64 {
	n := p.dims[name][1]
	return p.weights[name][i*n : (i+1)*n]
}

// linear is W x + bias, W [out, in].
func (p *plain) linear(name string, x []float64) []float64 {
	y := make([]float64, p.dims[name+".weight"][0])
	for i := range y {
		y[i] = dot(p.row(name+".weight", i), x)
	}
	return plus(y, p.weights[name+".bias"])
}

// times is x W, W [in, out].
func (p *plain) times(name string, x []float64) []float64 {
	y := make([]float64, p.dims[name][1])
	for i, v := range x {
		for j, w := range p.row(name, i) {
			y[j] += v * w
		}
	}
	return y
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// plus adds b to a copy of a; nil is zero.
func plus(a, b []float64) []float64 {
	y := append([]float64{}, a...)
	for i := range b {
		y[i] += b[i]
	}
	return y
}

func each(f func(v float64) float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}

func product(a, b []float64) []float64 {
	y := make([]float64, len(a))
	for i := range a {
		y[i] = a[i] * b[i]
	}
	return y
}

func sigmoid(v float64) float64  { return 1 / (1 + math.Exp(-v)) }
func swish(v float64) float64    { return v * sigmoid(v) }
func softplus(v float64) float64 { return math.Log1p(math.Exp(v)) }
func gelu(v float64) float64 {
	return v / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(v+0.044715*v*v*v)))
}

// rms divides each of the groups of x by the root of its mean square and multiplies by w + offset.
func rms(x, w []float64, offset, eps float64, groups int) []float64 {
	y, size := make([]float64, len(x)), len(x)/groups
	for i := range x {
		group := x[i/size*size : i/size*size+size]
		y[i] = x[i] / math.Sqrt(dot(group, group)/float64(size)+eps) * (w[i] + offset)
	}
	return y
}

// norm is LayerNorm over each of the groups.
func norm(x, w, b []float64, eps float64, groups int) []float64 {
	y, size := make([]float64, len(x)), len(x)/groups
	for i := range x {
		group := x[i/size*size : i/size*size+size]
		mean, variance := 0.0, 0.0
		for _, v := range group {
			mean += v / float64(size)
		}
		for _, v := range group {
			variance += (v - mean) * (v - mean) / float64(size)
		}
		y[i] = (x[i]-mean)/math.Sqrt(variance+eps)*w[i] + b[i]
	}
	return y
}

// conv is the depthwise causal convolution under the name; its inputs are remembered.
func (p *plain) conv(name string, x []float64) []float64 {
	p.past[name] = append(p.past[name], x)
	w, k := p.weights[name+".weight"], p.dims[name+".weight"][2]
	y := plus(make([]float64, len(x)), p.weights[name+".bias"])
	for back := range k {
		if t := len(p.past[name]) - 1 - back; t >= 0 {
			for c := range y {
				y[c] += w[c*k+k-1-back] * p.past[name][t][c]
			}
		}
	}
	return y
}

// turn rotates the first dim channels of each head by the token's position.
func (p *plain) turn(x []float64, head, dim int, base float64) []float64 {
	y := append([]float64{}, x...)
	for h := 0; h < len(x); h += head {
		for i := range dim / 2 {
			angle := float64(p.position) * math.Pow(base, -2*float64(i)/float64(dim))
			a, b := x[h+i], x[h+i+dim/2]
			y[h+i], y[h+i+dim/2] = a*math.Cos(angle)-b*math.Sin(angle), b*math.Cos(angle)+a*math.Sin(angle)
		}
	}
	return y
}

// attend remembers k and v under the name and reads the window last ones (0: all).
func (p *plain) attend(name string, q, k, v []float64, head, window int, scale float64) []float64 {
	p.past[name+".k"], p.past[name+".v"] = append(p.past[name+".k"], k), append(p.past[name+".v"], v)
	keys, values := p.past[name+".k"], p.past[name+".v"]
	first := 0
	if window > 0 {
		first = max(0, len(keys)-window)
	}
	y := make([]float64, len(q))
	share := (len(q) / head) / (len(k) / head) // query heads of a key head
	for h := range len(q) / head {
		from, sum := h/share*head, 0.0
		for t := first; t < len(keys); t++ {
			e := math.Exp(scale * dot(q[h*head:(h+1)*head], keys[t][from:from+head]))
			sum += e
			for i := range head {
				y[h*head+i] += e * values[t][from+i]
			}
		}
		for i := range head {
			y[h*head+i] /= sum
		}
	}
	return y
}

// state returns what is remembered under the name as one vector, zeros at the start.
func (p *plain) state(name string, size int) []float64 {
	if p.past[name] == nil {
		p.past[name] = [][]float64{make([]float64, size)}
	}
	return p.past[name][0]
}

func (p *plain) llama(c Llama, token int) []float64 {
	x := p.row("model.embed_tokens.weight", token)
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		h := rms(x, p.weights[layer+".input_layernorm.weight"], 0, c.RMSEps, 1)
		q := p.turn(p.linear(layer+".self_attn.q_proj", h), c.dim(), c.dim(), c.RopeTheta)
		k := p.turn(p.linear(layer+".self_attn.k_proj", h), c.dim(), c.dim(), c.RopeTheta)
		y := p.attend(layer, q, k, p.linear(layer+".self_attn.v_proj", h), c.dim(), 0, 1/math.Sqrt(float64(c.dim())))
		x = plus(x, p.linear(layer+".self_attn.o_proj", y))
		h = rms(x, p.weights[layer+".post_attention_layernorm.weight"], 0, c.RMSEps, 1)
		gated := product(each(swish, p.linear(layer+".mlp.gate_proj", h)), p.linear(layer+".mlp.up_proj", h))
		x = plus(x, p.linear(layer+".mlp.down_proj", gated))
	}
	x = rms(x, p.weights["model.norm.weight"], 0, c.RMSEps, 1)
	if c.Tied {
		return p.linear("model.embed_tokens", x)
	}
	return p.linear("lm_head", x)
}

func (p *plain) mambaSSM(c MambaSSM, token int) []float64 {
	x := p.row("backbone.embedding.weight", token)
	for i := range c.NLayer {
		layer := fmt.Sprintf("backbone.layers.%d", i)
		h := rms(x, p.weights[layer+".norm.weight"], 0, 1e-5, 1)
		if c.attends(i) {
			x = plus(x, p.mha(c, layer+".mixer", h))
		} else {
			x = plus(x, p.mamba2(c.SSM, layer+".mixer", h))
		}
		if c.DIntermediate > 0 {
			both := p.linear(layer+".mlp.fc1", rms(x, p.weights[layer+".norm2.weight"], 0, 1e-5, 1))
			f := len(both) / 2
			x = plus(x, p.linear(layer+".mlp.fc2", product(both[:f], each(swish, both[f:]))))
		}
	}
	x = rms(x, p.weights["backbone.norm_f.weight"], 0, 1e-5, 1)
	if c.Tied {
		return p.linear("backbone.embedding", x)
	}
	return p.linear("lm_head", x)
}

func (p *plain) mha(c MambaSSM, mixer string, u []float64) []float64 {
	a := c.Attn
	head, kv := a.dim(c.DModel), a.headsKV()
	qkv := p.linear(mixer+".in_proj", u)
	if a.DConv > 0 {
		qkv = p.conv(mixer+".conv1d", qkv)
	}
	nq, nk := a.Heads*head, kv*head
	q := p.turn(qkv[:nq], head, a.RotaryDim, a.RotaryBase)
	k := p.turn(qkv[nq:nq+nk], head, a.RotaryDim, a.RotaryBase)
	scale := a.SoftmaxScale
	if scale == 0 {
		scale = 1 / math.Sqrt(float64(head))
	}
	return p.linear(mixer+".out_proj", p.attend(mixer, q, k, qkv[nq+nk:], head, 0, scale))
}

func (p *plain) mamba2(c SSMConfig, mixer string, u []float64) []float64 {
	inner, gn := c.Expand*len(u), c.NGroups*c.DState
	heads := inner / c.HeadDim
	zxbcdt := p.linear(mixer+".in_proj", u)
	z, dt := zxbcdt[:inner], zxbcdt[2*inner+2*gn:]
	xbc := each(swish, p.conv(mixer+".conv1d", zxbcdt[inner:2*inner+2*gn]))
	s, y := p.state(mixer, inner*c.DState), make([]float64, inner)
	for h := range heads {
		g := h / (heads / c.NGroups) * c.DState
		b, read := xbc[inner+g:inner+g+c.DState], xbc[inner+gn+g:inner+gn+g+c.DState]
		delta := softplus(dt[h] + p.weights[mixer+".dt_bias"][h])
		delta = max(delta, c.DtLimit[0])
		if c.DtLimit[1] > 0 {
			delta = min(delta, c.DtLimit[1])
		}
		a := math.Exp(-math.Exp(p.weights[mixer+".A_log"][h]) * delta)
		for i := h * c.HeadDim; i < (h+1)*c.HeadDim; i++ {
			skip := p.weights[mixer+".D"]
			y[i] = xbc[i] * skip[i*len(skip)/inner]
			for n := range c.DState {
				at := &s[i*c.DState+n]
				*at = a**at + delta*xbc[i]*b[n]
				y[i] += *at * read[n]
			}
		}
	}
	w, gate := p.weights[mixer+".norm.weight"], each(swish, z)
	if c.NormGate {
		y = product(rms(y, w, 0, 1e-5, c.NGroups), gate)
	} else {
		y = rms(product(y, gate), w, 0, 1e-5, c.NGroups)
	}
	return p.linear(mixer+".out_proj", y)
}

func (p *plain) griffin(c Griffin, token int) []float64 {
	x := append([]float64{}, p.row("model.embed_tokens.weight", token)...)
	if c.ScaleEmbeddings {
		for i := range x {
			x[i] *= c.embeddingScale()
		}
	}
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		h, block := rms(x, p.weights[layer+".temporal_pre_norm.weight"], 1, c.Eps, 1), layer+".temporal_block"
		if c.attends(i) {
			turned := int(float64(c.dim()) * c.RotaryFactor)
			q := p.turn(p.linear(block+".q_proj", h), c.dim(), turned, c.RopeTheta)
			k := p.turn(p.linear(block+".k_proj", h), c.dim(), turned, c.RopeTheta)
			y := p.attend(block, q, k, p.linear(block+".v_proj", h), c.dim(), c.Window, 1/math.Sqrt(float64(c.dim())))
			x = plus(x, p.linear(block+".o_proj", y))
		} else {
			y := each(gelu, p.linear(block+".linear_y", h))
			x = plus(x, p.linear(block+".linear_out", product(y, p.lru(c, block+".rg_lru", p.conv(block+".conv_1d", p.linear(block+".linear_x", h))))))
		}
		h = rms(x, p.weights[layer+".channel_pre_norm.weight"], 1, c.Eps, 1)
		gated := product(each(gelu, p.linear(layer+".mlp_block.gate_proj", h)), p.linear(layer+".mlp_block.up_proj", h))
		x = plus(x, p.linear(layer+".mlp_block.down_proj", gated))
	}
	x = rms(x, p.weights["model.final_norm.weight"], 1, c.Eps, 1)
	head := "lm_head"
	if c.Tied {
		head = "model.embed_tokens"
	}
	return each(func(v float64) float64 { return c.SoftCap * math.Tanh(v/c.SoftCap) }, p.linear(head, x))
}

func (p *plain) lru(c Griffin, name string, x []float64) []float64 {
	size := len(x) / c.gateBlocks()
	gate := func(kind string, i int) float64 {
		v, w := p.weights[name+"."+kind+"_gate_bias"][i], p.weights[name+"."+kind+"_gate_weight"]
		for j := range size {
			v += x[i/size*size+j] * w[(i/size*size+j)*size+i%size]
		}
		return sigmoid(v)
	}
	h := p.state(name, len(x))
	for i := range h {
		a := math.Exp(-8 * gate("recurrent", i) * softplus(p.weights[name+".recurrent_param"][i]))
		multiplier := math.Sqrt(1 - a*a)
		if p.position == 0 {
			a, multiplier = 0, 1
		}
		h[i] = a*h[i] + multiplier*gate("input", i)*x[i]
	}
	return append([]float64{}, h...)
}

func (p *plain) rwkv6(c RWKV6, token int) []float64 {
	layerNorm := func(x []float64, name string) []float64 {
		return norm(x, p.weights[name+".weight"], p.weights[name+".bias"], c.Eps, 1)
	}
	shift := func(name string, u []float64) []float64 {
		last := p.state(name, len(u))
		d := make([]float64, len(u))
		for i := range u {
			d[i] = last[i] - u[i]
			last[i] = u[i]
		}
		return d
	}
	x := layerNorm(p.row("rwkv.embeddings.weight", token), "rwkv.blocks.0.pre_ln")
	for b := range c.NLayers {
		block := fmt.Sprintf("rwkv.blocks.%d", b)
		att, ffn := block+".attention", block+".feed_forward"
		u := layerNorm(x, block+".ln1")
		d := shift(att, u)
		low := each(math.Tanh, p.times(att+".time_maa_w1", plus(u, product(d, p.weights[att+".time_maa_x"]))))
		mixed := map[string][]float64{}
		for j, m := range []string{"w", "k", "v", "r", "g"} {
			mix := append([]float64{}, p.weights[att+".time_maa_"+m]...)
			for r := range c.ShiftRank {
				for i := range mix {
					mix[i] += low[j*c.ShiftRank+r] * p.weights[att+".time_maa_w2"][(j*c.ShiftRank+r)*len(mix)+i]
				}
			}
			mixed[m] = plus(u, product(d, mix))
		}
		decay := plus(p.weights[att+".time_decay"], p.times(att+".time_decay_w2", each(math.Tanh, p.times(att+".time_decay_w1", mixed["w"]))))
		r, k, v := p.linear(att+".receptance", mixed["r"]), p.linear(att+".key", mixed["k"]), p.linear(att+".value", mixed["v"])
		s, o, n := p.state(att+".s", len(u)*c.HeadSize), make([]float64, len(u)), c.HeadSize
		for i := range u { // a key channel
			for j := range n { // a value channel of its head
				at, kv := &s[i*n+j], k[i]*v[i/n*n+j]
				o[i/n*n+j] += r[i] * (*at + p.weights[att+".time_faaaa"][i]*kv)
				*at = math.Exp(-math.Exp(decay[i]))**at + kv
			}
		}
		eps := c.Eps * float64(c.HeadSizeDivisor*c.HeadSizeDivisor)
		o = norm(o, p.weights[att+".ln_x.weight"], p.weights[att+".ln_x.bias"], eps, len(u)/n)
		x = plus(x, p.linear(att+".output", product(o, each(swish, p.linear(att+".gate", mixed["g"])))))

		u = layerNorm(x, block+".ln2")
		d = shift(ffn, u)
		k = each(func(v float64) float64 { return max(v, 0) * max(v, 0) }, p.linear(ffn+".key", plus(u, product(d, p.weights[ffn+".time_maa_k"]))))
		r = each(sigmoid, p.linear(ffn+".receptance", plus(u, product(d, p.weights[ffn+".time_maa_r"]))))
		x = plus(x, product(r, p.linear(ffn+".value", k)))
	}
	return p.linear("head", layerNorm(x, "rwkv.ln_out"))
}

// oddShapes are configurations that no published model has.
var oddShapes = map[string]string{
	"mamba2 with groups, biases and limits": `{"d_model": 24, "n_layer": 2, "vocab_size": 33, "pad_vocab_size_multiple": 8, "tie_embeddings": false,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 6, "headdim": 4, "ngroups": 3, "bias": true, "conv_bias": false, "d_conv": 3, "dt_limit": [0.3, 0.9]}}`,
	"mamba2 with D a channel and the gate last": `{"d_model": 16, "n_layer": 2, "vocab_size": 30, "d_intermediate": 20,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 5, "headdim": 8, "ngroups": 2, "expand": 3, "D_has_hdim": true, "norm_before_gate": true}}`,
	"a hybrid with grouped keys, biases and partial rotation": `{"d_model": 24, "n_layer": 3, "vocab_size": 32, "attn_layer_idx": [1], "d_intermediate": 8,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 4, "headdim": 12}, "attn_cfg": {"causal": true, "num_heads": 6, "num_heads_kv": 2, "head_dim": 10,
		"d_conv": 2, "rotary_emb_dim": 4, "rotary_emb_base": 100, "softmax_scale": 0.5}}`,
	"llama with grouped keys, biases and wide heads": `{"model_type": "llama", "hidden_size": 20, "intermediate_size": 14, "num_hidden_layers": 2, "num_attention_heads": 6,
		"num_key_value_heads": 3, "head_dim": 8, "vocab_size": 31, "attention_bias": true, "mlp_bias": true, "tie_word_embeddings": true,
		"rope_parameters": {"rope_theta": 50, "rope_type": "default"}}`,
	"griffin with two key heads and a short window": `{"model_type": "recurrent_gemma", "hidden_size": 24, "lru_width": 30, "num_hidden_layers": 4, "num_attention_heads": 6,
		"num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 28, "attention_window_size": 5, "conv1d_width": 3, "attention_bias": true, "logits_soft_cap": 7,
		"partial_rotary_factor": 0.25, "block_types": ["attention", "recurrent", "recurrent"], "vocab_size": 29, "tie_word_embeddings": false, "embeddings_scale_by_sqrt_dim": false}`,
	"griffin without the keys that have defaults": `{"model_type": "recurrent_gemma", "hidden_size": 24, "lru_width": null, "num_hidden_layers": 3, "num_attention_heads": 3,
		"num_key_value_heads": null, "intermediate_size": 12, "vocab_size": 29}`,
	"rwkv6 with heads of 4 and another divisor": `{"model_type": "rwkv6", "hidden_size": 20, "num_hidden_layers": 2, "head_size": 4, "head_size_divisor": 3,
		"intermediate_size": 18, "time_mix_extra_dim": 5, "time_decay_extra_dim": 7, "layer_norm_epsilon": 1e-3, "vocab_size": 27}`,
}

func TestOddShapesEqualThePlainEquations(t *testing.T) {
	b := backendtest.Open(t, "")
	defer b.Finalize()
	for name, config := range oddShapes {
		t.Run(name, func(t *testing.T) {
			a, err := ParseConfig([]byte(config))
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(3, 4))
			p := &plain{map[string][]float64{}, map[string][]int{}, map[string][][]float64{}, 0}
			var weights []*tensors.Tensor
			for _, spec := range a.Weights() {
				values := make([]float64, spec.Size())
				for i := range values {
					values[i] = spec.Initial(i, random.NormFloat64()) + 0.3*random.NormFloat64()
				}
				p.weights[spec.Name], p.dims[spec.Name] = values, spec.Dims
				weights = append(weights, tensors.FromFlatDataAndDimensions(values, spec.Dims...))
			}
			tokens := make([]int32, 19)
			for i := range tokens {
				tokens[i] = int32(random.IntN(27))
			}
			got := wholeInFloat64(t, b, a, weights, tokens)
			for i, token := range tokens {
				p.position = i
				want := p.read(a, int(token))
				for j, v := range want {
					const rounding = 1e-9 // float64 in another order, over a few layers
					if d := math.Abs(v - got[i*a.Vocab()+j]); !(d < rounding) {
						t.Fatalf("logit %d behind token %d is %g, want %g", j, i, got[i*a.Vocab()+j], v)
					}
				}
			}
		})
	}
}

func (p *plain) read(a Architecture, token int) []float64 {
	switch c := a.(type) {
	case Llama:
		return p.llama(c, token)
	case MambaSSM:
		return p.mambaSSM(c, token)
	case Griffin:
		return p.griffin(c, token)
	case RWKV6:
		return p.rwkv6(c, token)
	}
	panic("no such architecture")
}

// wholeInFloat64 returns the logits [T*V] of a sequence by the architecture's graph.
func wholeInFloat64(t *testing.T, b *backend.Backend, a Architecture, weights []*tensors.Tensor, tokens []int32) []float64 {
	t.Helper()
	e, err := NewExec(b, func(in []*Node) *Node {
		w, err := NewWeights(a.Weights(), in[1:], dtypes.Float64)
		if err != nil {
			panic(err)
		}
		return Forward(a, w, Chunk{Tokens: in[0]})
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	args := []any{[][]int32{tokens}}
	for _, w := range weights {
		args = append(args, w)
	}
	out, err := e.Exec1(args...)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := tensors.CopyFlatData[float64](out)
	if err != nil {
		t.Fatal(err)
	}
	return flat
}
