package variant

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"longseq/internal/jsonfield"
	"longseq/lcmodels"
)

// A Measure is what two models are matched in.
type Measure struct {
	Name string // for messages: "parameters"
	Of   func(lcmodels.Architecture) int64
}

// Params measures parameters.
var Params = Measure{"parameters", lcmodels.Params}

// State measures the bytes of state after length tokens.
func State(length int) Measure {
	return Measure{fmt.Sprintf("bytes of state at %d tokens", length), func(a lcmodels.Architecture) int64 { return lcmodels.StateBytes(a, length) }}
}

// MaxDeviation is how far, as a fraction, a matched model may be from its target.
const MaxDeviation = 0.02

// Deviation is how far a model is from the target, as a fraction of it: 0.01 is 1% more.
func (m Measure) Deviation(a lcmodels.Architecture, target int64) float64 {
	return float64(m.Of(a)-target) / float64(target)
}

// Paths of the widths that Match changes. An MLP's width is changed alone. The others are in proportion to that of the
// stream, the dimension of attention heads in proportion or as it was.
var (
	mlpWidths     = []string{"d_intermediate", "intermediate_size"}
	streamWidths  = []string{"d_model", "hidden_size"}
	inProportion  = []string{"d_intermediate", "intermediate_size", "lru_width", "head_size", "ssm_cfg.headdim"}
	attentionHead = []string{"head_dim", "attn_cfg.head_dim", "attn_cfg.rotary_emb_dim"}
)

// Match returns the valid configuration nearest to the target: with another width of the MLP if that suffices, and else
// with another width of the whole model, its MLP and head dims in proportion. Fields of fixed paths keep their values.
// The configuration itself need not be valid. It is an error, which says how near it came, if none is within
// MaxDeviation.
func Match(a lcmodels.Architecture, m Measure, target int64, fixed []string) (lcmodels.Architecture, error) {
	var best lcmodels.Architecture
	var invalid error
	off := func(c lcmodels.Architecture) float64 { return math.Abs(m.Deviation(c, target)) }
	try := func(candidates []lcmodels.Architecture) {
		for _, c := range candidates {
			if err := c.Validate(); err != nil {
				if invalid == nil {
					invalid = err
				}
				continue
			}
			if best == nil || off(c) < off(best) {
				best = c
			}
		}
	}
	try([]lcmodels.Architecture{a})
	try(mlpCandidates(a, fixed))
	if best == nil || off(best) > MaxDeviation {
		try(streamCandidates(a, fixed))
	}
	switch {
	case best == nil:
		return nil, invalid
	case off(best) > MaxDeviation:
		return nil, fmt.Errorf("no width gives %d %s within %g%%: the nearest has %d (%+.1f%%)%s", target, m.Name, 100*MaxDeviation, m.Of(best),
			100*m.Deviation(best, target), whyFixed(a, fixed))
	}
	return best, nil
}

// whyFixed says which widths the variant sets itself.
func whyFixed(a lcmodels.Architecture, fixed []string) string {
	var set []string
	for _, path := range fixed {
		if slices.Contains(slices.Concat(streamWidths, inProportion, attentionHead), path) {
			set = append(set, "config."+path)
		}
	}
	if len(set) == 0 {
		return ""
	}
	return "; it sets " + strings.Join(set, " and ") + ", which match would change"
}

// widest is the largest multiple of a width that is tried.
const widest = 4

// mlpCandidates are the configurations with every other width of the MLP, if it has one and it is not fixed.
func mlpCandidates(a lcmodels.Architecture, fixed []string) []lcmodels.Architecture {
	var all []lcmodels.Architecture
	for _, path := range mlpWidths {
		now := width(a, path)
		if now == 0 || slices.Contains(fixed, path) {
			continue
		}
		for w := 1; w <= widest*now; w++ {
			all = append(all, with(a, path, w))
		}
	}
	return all
}

// streamCandidates are the configurations with every other width of the whole model.
func streamCandidates(a lcmodels.Architecture, fixed []string) []lcmodels.Architecture {
	var all []lcmodels.Architecture
	for _, path := range streamWidths {
		now := width(a, path)
		if now == 0 || slices.Contains(fixed, path) {
			continue
		}
		for w := 1; w <= widest*now; w++ {
			c := with(a, path, w)
			for _, other := range inProportion {
				c = inStep(c, other, width(a, other), w, now, fixed)
			}
			all = append(all, c)
			for _, other := range attentionHead {
				c = inStep(c, other, width(a, other), w, now, fixed)
			}
			all = append(all, c)
		}
	}
	return all
}

// inStep sets a width that was n to n · w / now, if the configuration has it and it is not fixed.
func inStep(a lcmodels.Architecture, path string, n, w, now int, fixed []string) lcmodels.Architecture {
	if n == 0 || slices.Contains(fixed, path) {
		return a
	}
	exact := float64(n) * float64(w) / float64(now)
	if slices.Contains(attentionHead, path) { // rotary positions turn pairs of channels
		return with(a, path, 2*int(math.Round(exact/2)))
	}
	return with(a, path, int(math.Round(exact)))
}

// width is the value of a field of whole numbers, 0 if there is none.
func width(a lcmodels.Architecture, path string) int {
	found, _ := jsonfield.Get(a, path)
	n, _ := found.(int)
	return n
}

// with sets a field that width has found.
func with(a lcmodels.Architecture, path string, n int) lcmodels.Architecture {
	changed, err := Set(a, path, json.RawMessage(strconv.Itoa(n)))
	if err != nil {
		panic(err) // the field is there and holds whole numbers
	}
	return changed
}
