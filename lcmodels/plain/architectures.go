package plain

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"longseq/lcmodels"
)

// embeddingScale is √width rounded to bfloat16, as the reference implementation of Griffin has it.
func embeddingScale(width int) float64 {
	bits := math.Float32bits(float32(math.Sqrt(float64(width))))
	bits += 0x7fff + bits>>16&1 // to the nearest, ties to even
	return float64(math.Float32frombits(bits &^ 0xffff))
}

func (p *reader) llama(c lcmodels.Llama, token int) []float64 {
	x, dim := p.row("model.embed_tokens.weight", token), cmp.Or(c.HeadDim, c.HiddenSize/c.NHeads)
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		h := rms(x, p.weights[layer+".input_layernorm.weight"], 0, c.RMSEps, 1)
		rope := p.extension.Rope
		if c.Rope.Scales() {
			rope = c.Rope
		}
		a := attention{layer, dim, dim, c.RopeTheta, rope, p.extension.Window, p.extension.Sinks, 1 / math.Sqrt(float64(dim))}
		q, k, v := p.linear(layer+".self_attn.q_proj", h), p.linear(layer+".self_attn.k_proj", h), p.linear(layer+".self_attn.v_proj", h)
		y := p.attend(a, q, k, v)
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

func (p *reader) mambaSSM(c lcmodels.MambaSSM, token int) []float64 {
	x := p.row("backbone.embedding.weight", token)
	for i := range c.NLayer {
		layer := fmt.Sprintf("backbone.layers.%d", i)
		h := rms(x, p.weights[layer+".norm.weight"], 0, 1e-5, 1)
		if slices.Contains(c.AttnLayers, i) {
			x = plus(x, p.mha(c, layer+".mixer", h))
		} else {
			x = plus(x, p.mamba2(c.SSM, i, layer+".mixer", h))
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

func (p *reader) mha(c lcmodels.MambaSSM, mixer string, u []float64) []float64 {
	a := c.Attn
	head, kv := cmp.Or(a.HeadDim, c.DModel/a.Heads), cmp.Or(a.HeadsKV, a.Heads)
	qkv := p.linear(mixer+".in_proj", u)
	if a.DConv > 0 {
		qkv = p.conv(mixer+".conv1d", qkv)
	}
	nq, nk := a.Heads*head, kv*head
	scale := a.SoftmaxScale
	if scale == 0 {
		scale = 1 / math.Sqrt(float64(head))
	}
	e := p.extension
	y := p.attend(attention{mixer, head, a.RotaryDim, a.RotaryBase, e.Rope, e.Window, e.Sinks, scale}, qkv[:nq], qkv[nq:nq+nk], qkv[nq+nk:])
	return p.linear(mixer+".out_proj", y)
}

func (p *reader) mamba2(c lcmodels.SSMConfig, layer int, mixer string, u []float64) []float64 {
	e := p.extension
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
		delta *= e.DtScale.At(layer)
		a := math.Exp(-math.Exp(p.weights[mixer+".A_log"][h]*e.ALogScale.At(layer)) * e.AScale.At(layer) * delta)
		for i := h * c.HeadDim; i < (h+1)*c.HeadDim; i++ {
			for n := range c.DState {
				at := &s[i*c.DState+n]
				*at = a**at + delta*xbc[i]*b[n]
			}
		}
		p.clip(s[h*c.HeadDim*c.DState : (h+1)*c.HeadDim*c.DState])
		for i := h * c.HeadDim; i < (h+1)*c.HeadDim; i++ {
			skip := p.weights[mixer+".D"]
			y[i] = xbc[i]*skip[i*len(skip)/inner] + dot(s[i*c.DState:(i+1)*c.DState], read)
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

func (p *reader) griffin(c lcmodels.Griffin, token int) []float64 {
	x := append([]float64{}, p.row("model.embed_tokens.weight", token)...)
	dim := cmp.Or(c.HeadDim, c.HiddenSize/c.NHeads)
	if c.ScaleEmbeddings {
		for i := range x {
			x[i] *= embeddingScale(c.HiddenSize)
		}
	}
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		h, block := rms(x, p.weights[layer+".temporal_pre_norm.weight"], 1, c.Eps, 1), layer+".temporal_block"
		if c.BlockTypes[i%len(c.BlockTypes)] == "attention" {
			turned := int(float64(dim) * c.RotaryFactor)
			a := attention{block, dim, turned, c.RopeTheta, p.extension.Rope, c.Window, p.extension.Sinks, 1 / math.Sqrt(float64(dim))}
			y := p.attend(a, p.linear(block+".q_proj", h), p.linear(block+".k_proj", h), p.linear(block+".v_proj", h))
			x = plus(x, p.linear(block+".o_proj", y))
		} else {
			y := each(gelu, p.linear(block+".linear_y", h))
			x = plus(x, p.linear(block+".linear_out", product(y, p.lru(c, i, block+".rg_lru", p.conv(block+".conv_1d", p.linear(block+".linear_x", h))))))
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
	logits := p.linear(head, x)
	if c.SoftCap == 0 {
		return logits
	}
	return each(func(v float64) float64 { return c.SoftCap * math.Tanh(v/c.SoftCap) }, logits)
}

func (p *reader) lru(c lcmodels.Griffin, layer int, name string, x []float64) []float64 {
	size := len(x) / cmp.Or(c.GateBlocks, c.NHeads)
	gate := func(kind string, i int) float64 {
		v, w := p.weights[name+"."+kind+"_gate_bias"][i], p.weights[name+"."+kind+"_gate_weight"]
		for j := range size {
			v += x[i/size*size+j] * w[(i/size*size+j)*size+i%size]
		}
		return sigmoid(v)
	}
	h := p.state(name, len(x))
	for i := range h {
		a := math.Exp(-8 * p.extension.DecayScale.At(layer) * gate("recurrent", i) * softplus(p.weights[name+".recurrent_param"][i]))
		multiplier := math.Sqrt(1 - a*a)
		if p.position == 0 {
			a, multiplier = 0, 1
		}
		h[i] = a*h[i] + multiplier*gate("input", i)*x[i]
	}
	return append([]float64{}, h...)
}

func (p *reader) rwkv6(c lcmodels.RWKV6, token int) []float64 {
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
				*at = math.Exp(-p.extension.DecayScale.At(b)*math.Exp(decay[i]))**at + kv
			}
		}
		for h := 0; h < len(s); h += n * n {
			p.clip(s[h : h+n*n])
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
