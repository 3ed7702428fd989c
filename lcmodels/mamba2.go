package lcmodels

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels/checkpoint"
)

// Mamba-2 (Dao & Gu 2024, "Transformers are SSMs"; state-spaces/mamba, modules/mamba2.py). Per head of
// P channels, with scalar decay a_t = exp(-exp(A_log) Δ_t) and Δ_t = softplus(dt_t + dt_bias):
//
//	S_t = a_t S_{t-1} + Δ_t x_t ⊗ B_t        y_t = S_t · C_t + D x_t
//	out = W_out · rms(y * silu(z))
//
// where x, B and C pass a causal convolution and silu first.

// SSMConfig is mamba_ssm's ssm_cfg for Mamba-2.
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
	// DSSM is how many channels the state space has; 0 means all.
	DSSM       int    `json:"d_ssm,omitempty"`
	Activation string `json:"activation"`
	// DtLimit clamps Δ from below and above.
	DtLimit dtLimit `json:"dt_limit,omitzero"`
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

// inner, heads: sizes derived from the model's width.
func (c SSMConfig) inner(width int) int    { return c.Expand * width }
func (c SSMConfig) heads(width int) int    { return c.inner(width) / c.HeadDim }
func (c SSMConfig) channels(width int) int { return c.inner(width) + 2*c.NGroups*c.DState }

func (c SSMConfig) validate(width int) error {
	if c.Layer != "Mamba2" {
		return fmt.Errorf("ssm_cfg.layer is %q: only Mamba2 is known (absent means Mamba-1)", c.Layer)
	}
	err := sizes("ssm_cfg", 1, map[string]int{
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

func (c SSMConfig) weights(mixer string, width int, outScale float64) []WeightSpec {
	inner, heads, channels := c.inner(width), c.heads(width), c.channels(width)
	skip := heads
	if c.DHasHDim {
		skip = inner
	}
	// Δ begins spread evenly in log between 0.001 and 0.1, A between 1 and 16, over the heads.
	spread := func(h int) float64 { return (float64(h) + 0.5) / float64(heads) }
	dtBias := func(h int, _ float64) float64 {
		dt := math.Exp(math.Log(0.001) + spread(h)*math.Log(100))
		return dt + math.Log(-math.Expm1(-dt)) // the inverse of softplus
	}
	aLog := func(h int, _ float64) float64 { return math.Log(1 + 15*spread(h)) }
	specs := []WeightSpec{
		matrix(mixer+".in_proj.weight", 2*inner+2*c.NGroups*c.DState+heads, width, 1),
		{Name: mixer + ".conv1d.weight", Dims: []int{channels, 1, c.DConv}, role: roleVector, init: normal(1 / math.Sqrt(float64(c.DConv)))},
		vector(mixer+".dt_bias", dtBias, heads),
		vector(mixer+".A_log", aLog, heads),
		vector(mixer+".D", constant(1), skip),
		vector(mixer+".norm.weight", constant(1), inner),
		matrix(mixer+".out_proj.weight", width, inner, outScale),
	}
	if c.ConvBias {
		specs = append(specs, vector(mixer+".conv1d.bias", constant(0), channels))
	}
	if c.Bias {
		specs = append(specs, vector(mixer+".in_proj.bias", constant(0), 2*inner+2*c.NGroups*c.DState+heads),
			vector(mixer+".out_proj.bias", constant(0), width))
	}
	return specs
}

func (c SSMConfig) state(layer string, width int) []StateSpec {
	return []StateSpec{
		convolutionSpec(layer+".conv", c.DConv, c.channels(width)),
		{Name: layer + ".ssm", Dims: []int{c.heads(width), c.HeadDim, c.DState}},
	}
}

// mix is the Mamba-2 mixer of layer i: u [B, T, C] to [B, T, C].
func (c SSMConfig) mix(w *Weights, in Input, s *Carry, i int, u *Node) *Node {
	mixer, layer := fmt.Sprintf("backbone.layers.%d.mixer", i), fmt.Sprint(i)
	width, batch, time := u.Shape().Dim(2), in.batch(), in.time()
	inner, nHeads, gn := c.inner(width), c.heads(width), c.NGroups*c.DState
	parts := split(w.linear(u, mixer+".in_proj"), inner, c.channels(width), nHeads) // z, xBC, dt
	z := parts[0]
	bias := Zeros(u.Graph(), stateShape(u, c.channels(width)))
	if c.ConvBias {
		bias = w.at(mixer + ".conv1d.bias")
	}
	xbc := silu(convolve(in, s, layer+".conv", parts[1], w.at(mixer+".conv1d.weight"), bias))
	conv := split(xbc, inner, gn, gn)
	x := heads(conv[0], c.HeadDim)                              // [B, T, H, P]
	b, cc := heads(conv[1], c.DState), heads(conv[2], c.DState) // [B, T, G, N]

	// Δ = 0 leaves the state as it is: so a token that is not real does.
	dt := in.keep(c.clamp(Softplus(Add(parts[2], ExpandLeftToRank(w.at(mixer+".dt_bias"), 3)))), 0)
	logA := Mul(dt, Neg(ExpandLeftToRank(Exp(w.at(mixer+".A_log")), 3)))
	start := s.get(u.Graph(), layer+".ssm", stateShape(u, batch, nHeads, c.HeadDim, c.DState))
	in.noteDecay(layer, logA)
	y, last := ops.SSD(ops.SSDInputs{X: x, Dt: dt, LogA: logA, B: b, C: cc, Start: start}, s.Form())
	s.set(layer+".ssm", last)

	skip := Reshape(w.at(mixer+".D"), 1, 1, nHeads, -1) // one D a head or a channel
	y = merge(Add(y, Mul(x, skip)))
	return w.linear(c.gatedNorm(y, z, w.at(mixer+".norm.weight"), batch, time), mixer+".out_proj")
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

// gatedNorm is rms(y * silu(z)) over each group of channels; with norm_before_gate the gate comes last.
func (c SSMConfig) gatedNorm(y, z, weight *Node, batch, time int) *Node {
	inner := y.Shape().Dim(2)
	norm := func(v *Node) *Node {
		v = normalise(Reshape(v, batch, time, c.NGroups, inner/c.NGroups), mambaEps)
		return Mul(Reshape(v, batch, time, inner), ExpandLeftToRank(weight, 3))
	}
	if c.NormGate {
		return Mul(norm(y), silu(z))
	}
	return norm(Mul(y, silu(z)))
}

// scanFLOPs is for each token of one layer: decay and update of the state, and the read.
func (c SSMConfig) scanFLOPs(width int) int64 {
	return 5 * int64(c.inner(width)) * int64(c.DState)
}
