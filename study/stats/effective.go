package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// A Threshold is the score down to which a length counts as reached. Exactly one field is set.
type Threshold struct {
	Absolute float64 // a score, 0 to 1
	Relative float64 // a fraction of the model's own score at its shortest length
}

// Validate returns an error unless exactly one field is set, to a fraction above 0 and at most 1.
func (t Threshold) Validate() error {
	if (t.Absolute == 0) == (t.Relative == 0) {
		return fmt.Errorf("threshold: absolute is %v and relative %v; want exactly one of them above 0", t.Absolute, t.Relative)
	}
	if v := t.Absolute + t.Relative; !(v > 0 && v <= 1) {
		return fmt.Errorf("threshold is %v; want a fraction above 0, at most 1", v)
	}
	return nil
}

// EffectiveLength returns the length, in tokens, up to which a model's mean score stays at or above the
// threshold: where the curve of means first falls below it, interpolated linearly in the logarithm of length.
// scores[i] holds the scores of the samples at lengths[i]; the lengths must ascend and each needs a score,
// else it is an error. The interval is a percentile bootstrap that resamples the scores of each length. A
// curve that starts below the threshold gives the shortest length, one that stays above it the longest, each
// with a warning.
func EffectiveLength(lengths []int, scores [][]float64, threshold Threshold, confidence float64) (Interval, error) {
	if err := threshold.Validate(); err != nil {
		return Interval{}, err
	}
	if len(lengths) == 0 || len(lengths) != len(scores) {
		return Interval{}, fmt.Errorf("effective length: %d lengths with scores of %d; want as many, at least one", len(lengths), len(scores))
	}
	means := make([]float64, len(lengths))
	total := 0
	for i, s := range scores {
		if len(s) == 0 || lengths[i] < 1 || i > 0 && lengths[i] <= lengths[i-1] {
			return Interval{}, fmt.Errorf("effective length: length %d with %d scores; want ascending lengths, each with scores", lengths[i], len(s))
		}
		means[i] = mean(s)
		total += len(s)
	}
	i := Interval{Center: crossing(lengths, means, threshold), Confidence: confidence, N: total, Method: "bootstrap percentile"}
	random := rand.New(rand.NewPCG(1, 0x6c656e67))
	drawn := make([]float64, resamples)
	for k := range drawn {
		for j, s := range scores {
			means[j] = resampledMean(s, random)
		}
		drawn[k] = crossing(lengths, means, threshold)
	}
	slices.Sort(drawn)
	i.Low = min(i.Center, quantile(drawn, 0.5-confidence/2))
	i.High = max(i.Center, quantile(drawn, 0.5+confidence/2))
	if i.Low <= float64(lengths[0]) {
		i.Warnings = append(i.Warnings, "may be less: no shorter length was measured")
	}
	if i.High >= float64(lengths[len(lengths)-1]) {
		i.Warnings = append(i.Warnings, "may be more: no longer length was measured")
	}
	return i, nil
}

// crossing returns the length, in tokens, at which the means first fall below the threshold.
func crossing(lengths []int, means []float64, threshold Threshold) float64 {
	level := threshold.Absolute
	if threshold.Relative > 0 {
		level = threshold.Relative * means[0]
	}
	for i, m := range means {
		if m >= level {
			continue
		}
		if i == 0 {
			return float64(lengths[0])
		}
		part := (means[i-1] - level) / (means[i-1] - m)
		from, to := math.Log(float64(lengths[i-1])), math.Log(float64(lengths[i]))
		return math.Exp(from + part*(to-from))
	}
	return float64(lengths[len(lengths)-1])
}
