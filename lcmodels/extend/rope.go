package extend

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"longseq/internal/nearmiss"
	"longseq/kernelsrc/ops"
)

// Kinds of Rope.Type, as config.json names them, and NTK, which transformers no longer has.
const (
	Linear  = "linear" // position interpolation: pi in an extension's text
	NTK     = "ntk"
	Dynamic = "dynamic"
	YaRN    = "yarn"
	Llama3  = "llama3"
)

// Rope scales rotary positions. Its keys are those of rope_scaling, or rope_parameters, in a Hugging Face config.json, and
// its formulas those of transformers 5.24, modeling_rope_utils.py. Of a rotated dim of d channels, θ_i = base^(-2i/d) is
// the frequency of pair i in radians a token, L the length that the model was trained at and F the factor:
//
//	linear   θ_i / F                                               (Chen et al. 2023)
//	ntk      base becomes base · F^(d/(d-2))                       (bloc97 2023)
//	dynamic  at position t the same with F replaced by             (emozilla 2023)
//	         F·(t+1)/L - F + 1, where that is more than 1
//	yarn     θ_i/F + r_i (θ_i - θ_i/F), and cos and sin are        (Peng et al. 2024, eq. 23)
//	         multiplied by AttentionFactor or 0.1 ln F + 1; r_i falls from 1 to 0 between the pairs that turn
//	         BetaFast and BetaSlow times in L tokens
//	llama3   θ_i / F for wavelengths above L/LowFreq, θ_i below    (Llama 3.1)
//	         L/HighFreq, and between them by a line in 1/wavelength
//
// With dynamic, queries and keys are turned by the frequencies of their own position. So a prompt gives the same answer
// however it is cut, as in transformers where it is read token by token. Where transformers reads n > L tokens at once,
// it turns all of them by the frequencies of position n-1: that is ntk with the factor F·n/L - F + 1. At F = 1
// dynamic changes nothing up to position L-1.
type Rope struct {
	Type   string  `json:"rope_type"`
	Factor float64 `json:"factor,omitempty"`
	// Original is L in tokens; 0: the length of the model's own config.
	Original        int     `json:"original_max_position_embeddings,omitempty"`
	AttentionFactor float64 `json:"attention_factor,omitempty"`
	BetaFast        float64 `json:"beta_fast,omitempty"`
	BetaSlow        float64 `json:"beta_slow,omitempty"`
	MScale          float64 `json:"mscale,omitempty"`
	MScaleAllDim    float64 `json:"mscale_all_dim,omitempty"`
	// Truncate rounds the ends of YaRN's ramp to whole pairs; nil: true.
	Truncate *bool   `json:"truncate,omitempty"`
	LowFreq  float64 `json:"low_freq_factor,omitempty"`
	HighFreq float64 `json:"high_freq_factor,omitempty"`
}

// kinds are the types by their names in an extension's text.
var kinds = map[string]string{"pi": Linear, NTK: NTK, Dynamic: Dynamic, YaRN: YaRN, Llama3: Llama3}

// parseRope reads KIND:FACTOR or KIND:FACTOR:ORIGINAL.
func parseRope(value string) (Rope, error) {
	parts := strings.Split(value, ":")
	kind, ok := kinds[parts[0]]
	if !ok {
		return Rope{}, nearmiss.Unknown("rope scaling", parts[0], []string{"pi", NTK, Dynamic, YaRN, Llama3})
	}
	if len(parts) < 2 || len(parts) > 3 {
		return Rope{}, fmt.Errorf("rope=%s: want rope=%s:FACTOR, or rope=%s:FACTOR:LENGTH with the length that the model was trained at", value, parts[0], parts[0])
	}
	r := Rope{Type: kind}
	var err error
	if r.Factor, err = parseFactor(parts[1]); err == nil && r.Factor < 1 {
		err = fmt.Errorf("want a factor from 1 to %g", float64(maxFactor))
	}
	if err != nil {
		return Rope{}, fmt.Errorf("rope=%s: %w", value, err)
	}
	if len(parts) == 3 {
		if r.Original, err = parseKeys("the trained length of rope", parts[2]); err != nil {
			return Rope{}, err
		}
	}
	return r, nil
}

// short is the text that parseRope reads.
func (r Rope) short() string {
	kind := r.Type
	if kind == Linear {
		kind = "pi"
	}
	text := kind + ":" + number(r.Factor)
	if r.Original > 0 {
		text += ":" + strconv.Itoa(r.Original)
	}
	return text
}

// Scales says whether rotary positions are scaled at all.
func (r Rope) Scales() bool { return r.Type != "" && r.Type != "default" }

// NeedsLength says whether the frequencies depend on Original.
func (r Rope) NeedsLength() bool { return r.Type == Dynamic || r.Type == YaRN || r.Type == Llama3 }

// Validate checks the values of a config.json; the error names the key.
func (r Rope) Validate() error {
	switch r.Type {
	case "", "default":
		return nil
	case Linear, Dynamic, YaRN, Llama3, NTK:
	default:
		return nearmiss.Unknown("rope_type", r.Type, []string{"default", Linear, Dynamic, YaRN, Llama3})
	}
	switch {
	case !isFactor(r.Factor):
		return fmt.Errorf("rope_type is %s and factor %g: must be %g to %g", r.Type, r.Factor, minFactor, float64(maxFactor))
	case r.NeedsLength() && (r.Original < 1 || r.Original > maxKeys):
		return fmt.Errorf("rope_type is %s and original_max_position_embeddings %d: must be 1 to %d", r.Type, r.Original, maxKeys)
	case r.Type == Llama3 && !(r.low() > 0 && r.high() > r.low()):
		return fmt.Errorf("rope_type is llama3, low_freq_factor %g and high_freq_factor %g: must be positive, the second larger", r.low(), r.high())
	case !(r.AttentionFactor >= 0 && r.AttentionFactor <= maxFactor):
		return fmt.Errorf("attention_factor is %g: must be 0 to %g", r.AttentionFactor, float64(maxFactor))
	case r.Type == YaRN && !(r.slow() > 0 && r.fast() >= r.slow()):
		return fmt.Errorf("beta_fast is %g and beta_slow %g: must be positive, the first no smaller", r.fast(), r.slow())
	}
	return nil
}

func orElse(v, other float64) float64 {
	if v == 0 {
		return other
	}
	return v
}

// The published values are those of absent keys.
func (r Rope) low() float64  { return orElse(r.LowFreq, 1) }
func (r Rope) high() float64 { return orElse(r.HighFreq, 4) }
func (r Rope) fast() float64 { return orElse(r.BetaFast, 32) }
func (r Rope) slow() float64 { return orElse(r.BetaSlow, 1) }

// Rotary returns the rotation of dim channels of a head with the base.
func (r Rope) Rotary(dim int, base float64) ops.Rotary {
	if r.Type == NTK && dim > 2 && r.Factor != 1 {
		base *= math.Pow(r.Factor, float64(dim)/float64(dim-2))
	}
	rotary := ops.PlainRotary(dim, base)
	switch r.Type {
	case Linear:
		for i := range rotary.Frequencies {
			rotary.Frequencies[i] /= r.Factor
		}
	case Dynamic:
		rotary.Growth, rotary.Original = r.Factor, r.Original
	case YaRN:
		r.yarn(rotary.Frequencies, dim, base)
		rotary.Amplitude = r.amplitude()
	case Llama3:
		r.llama3(rotary.Frequencies)
	}
	return rotary
}

// amplitude is what YaRN multiplies cos and sin by.
func (r Rope) amplitude() float64 {
	scale := func(m float64) float64 {
		if r.Factor <= 1 {
			return 1
		}
		return 0.1*m*math.Log(r.Factor) + 1
	}
	switch {
	case r.AttentionFactor != 0:
		return r.AttentionFactor
	case r.MScale != 0 && r.MScaleAllDim != 0:
		return scale(r.MScale) / scale(r.MScaleAllDim)
	}
	return scale(1)
}

// yarn interpolates the frequencies of pairs that turn seldom.
func (r Rope) yarn(frequencies []float64, dim int, base float64) {
	pairOf := func(turns float64) float64 { // the pair that turns so often in the trained length
		return float64(dim) * math.Log(float64(r.Original)/(turns*2*math.Pi)) / (2 * math.Log(base))
	}
	low, high := pairOf(r.fast()), pairOf(r.slow())
	if r.Truncate == nil || *r.Truncate {
		low, high = math.Floor(low), math.Ceil(high)
	}
	low, high = max(low, 0), min(high, float64(dim-1))
	if low == high {
		high += 0.001 // as transformers has it
	}
	for i, f := range frequencies {
		kept := 1 - min(max((float64(i)-low)/(high-low), 0), 1)
		frequencies[i] = f/r.Factor + kept*(f-f/r.Factor) // f, to the bit, at a factor of 1
	}
}

// llama3 interpolates the frequencies of pairs with long wavelengths.
func (r Rope) llama3(frequencies []float64) {
	for i, f := range frequencies {
		turns := float64(r.Original) * f / (2 * math.Pi) // in the trained length
		kept := min(max((turns-r.low())/(r.high()-r.low()), 0), 1)
		frequencies[i] = f/r.Factor + kept*(f-f/r.Factor)
	}
}
