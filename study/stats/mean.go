package stats

import (
	"math"
	"slices"
)

// MeanOf returns the plain mean of independent estimates between 0 and 1, such as a model's scores in several
// tasks. Its interval follows from theirs by the method of variance estimates recovery, MOVER (Zou, Huang &
// Zhang 2009, "A note on confidence interval estimation for a linear function of binomial proportions"):
//
//	center - √Σ(centerᵢ - lowᵢ)² / k  to  center + √Σ(highᵢ - centerᵢ)² / k
//
// Unlike a bootstrap it has a width even where all scores of a part are the same. Confidence is the parts', N and Warnings are theirs together. If there are no parts, or one is [NoSamples], so is the mean.
func MeanOf(parts []Interval) Interval {
	if len(parts) == 0 {
		return NoSamples("MOVER")
	}
	var m Interval
	var below, above float64
	for _, p := range parts {
		if p.N == 0 {
			return NoSamples("MOVER")
		}
		m.Center += p.Center
		m.Confidence = p.Confidence
		m.N += p.N
		below += (p.Center - p.Low) * (p.Center - p.Low)
		above += (p.High - p.Center) * (p.High - p.Center)
		for _, w := range p.Warnings {
			if !slices.Contains(m.Warnings, w) {
				m.Warnings = append(m.Warnings, w)
			}
		}
	}
	k := float64(len(parts))
	m.Center /= k
	m.Low, m.High = max(0, m.Center-math.Sqrt(below)/k), min(1, m.Center+math.Sqrt(above)/k)
	m.Method = "MOVER"
	return m
}
