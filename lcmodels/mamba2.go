package lcmodels

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/extend"
)

// SSMConfig is the configuration of the mixer of Mamba-2 (Dao & Gu 2024, "Transformers are SSMs"), mamba_ssm's
// ssm_cfg. Sizes, beside those of the package's glossary:
//
//	E = expand · D             inner width, H = E / P heads of P = headdim channels
//	N = d_state                state dim
//	G = ngroups                groups of heads that share B and C: head h uses those of group floor(h / (H/G))
//	L = d_conv                 width of the convolution
//
// The mixer computes, from u [B, T, D] (mamba_ssm, modules/mamba2.py, Mamba2.forward; its reference for the state
// space is modules/ssd_minimal.py, the paper's listing 1):
//
//	[z | xBC | dt] = u · in_projᵀ                   z [B, T, E], xBC [B, T, E+2GN], dt [B, T, H]
//	[x | B | C] = silu(conv(xBC))                   x [B, T, H, P], B and C [B, T, G, N]; conv causal, depthwise
//	Δ = softplus(dt + dt_bias)                      [B, T, H]
//	h[t] = exp(-exp(A_log) Δ[t]) h[t-1] + Δ[t] x[t] ⊗ B[t]    the state, [B, H, P, N]
//	y[t] = h[t] · C[t] + D x[t]                     [B, T, H, P]
//	out = rms(y * silu(z)) · out_projᵀ              rms over each group of E/G channels
//
// Carried from one chunk to the next are the last L-1 inputs of the convolution ("conv") and h ("ssm").
type SSMConfig struct {
	// Layer must be Mamba2: absent, it means Mamba-1 to mamba_ssm.
	Layer    string `json:"layer"`
	DState   int    `json:"d_state"`
	DConv    int    `json:"d_conv"`
	Expand   int    `json:"expand"`
	HeadDim  int    `json:"headdim"`
	NGroups  int    `json:"ngroups"`
	RMSNorm  bool   `json:"rmsnorm"`
	NormGate bool   `json:"norm_before_gate"`
	DHasHDim bool   `json:"D_has_hdim"`
	Bias     bool   `json:"bias"`
	ConvBias bool   `json:"conv_bias"`
	// DSSM is the number of channels with a state; 0 means all.
	DSSM       int    `json:"d_ssm,omitempty"`
	Activation string `json:"activation"`
	// DtLimit clamps Δ from below and above.
	DtLimit dtLimit `json:"dt_limit,omitzero"`
	// extension has a factor for each layer of the model.
	extension extend.Extension
}

// dtLimit is a lower and an upper limit, 0 for none. The published upper one is Infinity.
type dtLimit [2]float64

// UnmarshalJSON takes Infinity for no limit.
func (l *dtLimit) UnmarshalJSON(raw []byte) error {
	var limits [2]checkpoint.Number
	if err := json.Unmarshal(raw, &limits); err != nil {
		return fmt.Errorf("dt_limit: %w", err)
	}
	for i, limit := range limits {
		l[i] = float64(limit)
		if math.IsInf(l[i], 1) {
			l[i] = 0
		}
	}
	return nil
}

func defaultSSM() SSMConfig {
	return SSMConfig{DState: 128, DConv: 4, Expand: 2, HeadDim: 64, NGroups: 1, RMSNorm: true, ConvBias: true, Activation: "swish"}
}

// inner is E, heads is H and channels the number of channels of the convolution, of a model of the given width D.
func (c SSMConfig) inner(width int) int    { return c.Expand * width }
func (c SSMConfig) heads(width int) int    { return c.inner(width) / c.HeadDim }
func (c SSMConfig) channels(width int) int { return c.inner(width) + 2*c.NGroups*c.DState }

func (c SSMConfig) validate(width int) error {
	if c.Layer != "Mamba2" {
		return fmt.Errorf("ssm_cfg.layer is %q: only Mamba2 is known (absent means Mamba-1)", c.Layer)
	}
	err := CheckSizes("ssm_cfg", 1, map[string]int{
		"d_state": c.DState, "expand": c.Expand, "headdim": c.HeadDim, "ngroups": c.NGroups, "d_conv": c.DConv, "expand * d_model": c.inner(width),
	})
	switch {
	case err != nil:
		return err
	case c.DConv < 2:
		return fmt.Errorf("ssm_cfg.d_conv is %d: must be 2 or more", c.DConv)
	case c.DSSM != 0 && c.DSSM != c.inner(width):
		return fmt.Errorf("ssm_cfg.d_ssm is %d: only all of the %d channels are known", c.DSSM, c.inner(width))
	case c.Activation != "swish" && c.Activation != "silu":
		return fmt.Errorf("ssm_cfg.activation is %q: only swish, which is silu, is known", c.Activation)
	case c.inner(width)%c.HeadDim != 0:
		return fmt.Errorf("ssm_cfg.headdim is %d: must divide expand * d_model = %d", c.HeadDim, c.inner(width))
	case c.heads(width)%c.NGroups != 0:
		return fmt.Errorf("ssm_cfg.ngroups is %d: must divide the %d heads", c.NGroups, c.heads(width))
	case !c.RMSNorm:
		return errors.New("ssm_cfg.rmsnorm is false: only the gated norm is known")
	case c.DtLimit[0] < 0 || c.DtLimit[1] < 0:
		return fmt.Errorf("ssm_cfg.dt_limit is %v: must not be negative", c.DtLimit)
	}
	return nil
}

// weights lists the tensors of mamba_ssm's Mamba2. dt_bias and A_log begin spread over the heads, where mamba_ssm draws
// them from the same ranges.
func (c SSMConfig) weights(width int, outScale float64) []WeightSpec {
	inner, heads, channels := c.inner(width), c.heads(width), c.channels(width)
	skip := heads
	if c.DHasHDim {
		skip = inner
	}
	// Δ begins between 0.001 and 0.1, evenly in its logarithm, and A between 1 and 16.
	spread := func(h int) float64 { return (float64(h) + 0.5) / float64(heads) }
	dtBias := func(h int, _ float64) float64 {
		dt := math.Exp(math.Log(0.001) + spread(h)*math.Log(100))
		return dt + math.Log(-math.Expm1(-dt)) // the inverse of softplus
	}
	aLog := func(h int, _ float64) float64 { return math.Log(1 + 15*spread(h)) }
	in := 2*inner + 2*c.NGroups*c.DState + heads
	specs := []WeightSpec{
		Matrix("in_proj.weight", in, width, 1),
		Vector("conv1d.weight", fanIn(c.DConv, 1), channels, 1, c.DConv),
		Vector("dt_bias", dtBias, heads),
		Vector("A_log", aLog, heads),
		Vector("D", Constant(1), skip),
		Vector("norm.weight", Constant(1), inner),
		Matrix("out_proj.weight", width, inner, outScale),
	}
	if c.ConvBias {
		specs = append(specs, Vector("conv1d.bias", Constant(0), channels))
	}
	if c.Bias {
		specs = append(specs, Vector("in_proj.bias", Constant(0), in), Vector("out_proj.bias", Constant(0), width))
	}
	return specs
}

func (c SSMConfig) state(width int) []StateSpec {
	return []StateSpec{
		ConvolutionState("conv", c.DConv, c.channels(width)),
		{Name: "ssm", Dims: []int{c.heads(width), c.HeadDim, c.DState}},
	}
}

// mix is the mixer, u [B, T, D] to [B, T, D]: mamba_ssm, modules/mamba2.py, Mamba2.forward.
func (c SSMConfig) mix(w *Weights, chunk Chunk, u *Node) *Node {
	width, batch := u.Shape().Dim(2), chunk.Batch()
	inner, heads, gn := c.inner(width), c.heads(width), c.NGroups*c.DState
	parts := ops.SplitLast(w.Linear(u, "in_proj"), inner, c.channels(width), heads) // z, xBC, dt
	z := parts[0]
	bias := Zeros(u.Graph(), shapes.Make(u.DType(), c.channels(width)))
	if c.ConvBias {
		bias = w.At("conv1d.bias")
	}
	xbc := chunk.ConvolveSiLU("conv", parts[1], w.At("conv1d.weight"), bias, inner, gn, gn)
	x := SplitHeads(xbc[0], c.HeadDim)                                  // [B, T, H, P]
	b, cc := SplitHeads(xbc[1], c.DState), SplitHeads(xbc[2], c.DState) // [B, T, G, N]

	// With Δ = 0, padding leaves the state unchanged.
	dt := c.clamp(Softplus(Add(parts[2], ExpandLeftToRank(w.At("dt_bias"), 3))))
	dt = chunk.Keep(scaled(dt, c.extension.DtScale.At(chunk.layer)), 0)
	decay := Exp(scaled(w.At("A_log"), c.extension.ALogScale.At(chunk.layer))) // -A
	logA := Mul(dt, Neg(ExpandLeftToRank(scaled(decay, c.extension.AScale.At(chunk.layer)), 3)))
	in := ops.SSDInputs{X: x, Dt: dt, LogA: logA, B: b, C: cc, Start: chunk.Get("ssm", u, batch, heads, c.HeadDim, c.DState)}
	chunk.NoteDecay(logA)
	var y, last *Node
	if limit := c.extension.StateNorm; limit > 0 {
		y, last = ops.ClippedSSD(in, limit)
	} else {
		y, last = ops.SSD(in, chunk.Form())
	}
	chunk.Set("ssm", last)

	skip := Reshape(w.At("D"), 1, 1, heads, -1) // one D for a head or for a channel
	y = MergeHeads(Add(y, Mul(x, skip)))
	return w.Linear(c.gatedNorm(y, z, w.At("norm.weight"), chunk.Form()), "out_proj")
}

// clamp limits Δ to dt_limit.
func (c SSMConfig) clamp(dt *Node) *Node {
	if c.DtLimit[0] > 0 {
		dt = MaxScalar(dt, c.DtLimit[0])
	}
	if c.DtLimit[1] > 0 {
		dt = MinScalar(dt, c.DtLimit[1])
	}
	return dt
}

// gatedNorm is rms(y * silu(z)) over each group of channels, y and z [B, T, E]: mamba_ssm,
// ops/triton/layernorm_gated.py, rms_norm_ref. With norm_before_gate it is rms(y) * silu(z).
func (c SSMConfig) gatedNorm(y, z, weight *Node, form ops.Form) *Node {
	in := ops.NormInputs{X: y, Weight: weight, Groups: c.NGroups, Eps: mambaEps}
	if c.NormGate {
		return Mul(ops.Norm(in, form), ops.SiLU(z))
	}
	in.Gate = z
	return ops.Norm(in, form)
}

// scanFLOPs counts, for each token of one layer, the decay, the update and the read of the state.
func (c SSMConfig) scanFLOPs(width int) int64 {
	return 5 * int64(c.inner(width)) * int64(c.DState)
}
