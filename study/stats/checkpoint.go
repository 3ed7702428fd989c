package stats

import (
	"math"
	"slices"
)

// CheckpointMean returns a pool's number as one of these trained weights: another study would ask other questions, of the same models.
// Scores are 0 to 1. Strata that share questions are pooled question by question, with Gaffke's bounds ([Gaffke]) on the questions'
// means; strata with questions of their own are combined as MOVER does ([MeanOf]), with their weights. Assumes that questions are
// independent. Where strata share only some of their questions, a question counts by the weight of its answers. No answers give
// [NoSamples].
func CheckpointMean(p Pool, confidence float64) Interval {
	i := Interval{Confidence: confidence, Method: "Gaffke"}
	if len(p.Strata) == 0 {
		return NoSamples("Gaffke")
	}
	if p.Unbounded {
		return p.spread().student(confidence)
	}
	var below, above float64
	parts := p.components()
	for _, c := range parts {
		scores, weights, total := c.clusters()
		part := gaffke(scores, weights, 0, 1, confidence)
		if part.N == 0 {
			return NoSamples("Gaffke")
		}
		i.Center += total * part.Center
		i.N += part.N
		down, up := total*(part.Center-part.Low), total*(part.High-part.Center)
		if total < 0 {
			down, up = -up, -down
		}
		below, above = below+down*down, above+up*up
	}
	if len(parts) > 1 {
		i.Method = "MOVER of Gaffke"
	}
	i.Low, i.High = i.Center-math.Sqrt(below), i.Center+math.Sqrt(above)
	if !slices.ContainsFunc(p.Strata, func(s Stratum) bool { return s.Weight < 0 }) {
		i.Center, i.Low, i.High = min(max(i.Center, 0), 1), max(0, i.Low), min(1, i.High)
	}
	return i
}

// components splits a pool into parts that share no question.
func (p Pool) components() []Pool {
	part := make([]int, len(p.Strata))
	for i := range part {
		part[i] = i
	}
	for i, s := range p.Strata {
		for j, t := range p.Strata[:i] {
			if part[i] == part[j] || s.Group != t.Group || s.Weight*t.Weight < 0 || !p.share(s, t) {
				continue
			}
			from, to := part[i], part[j]
			for k := range part {
				if part[k] == from {
					part[k] = to
				}
			}
		}
	}
	var list []Pool
	for i := range p.Strata {
		var c Pool
		for j, s := range p.Strata {
			if part[j] == i {
				c.Strata = append(c.Strata, s)
			}
		}
		if len(c.Strata) > 0 {
			c.Seeds = p.Seeds
			list = append(list, c)
		}
	}
	return list
}

// share reports whether two strata have a question in common.
func (p Pool) share(s, t Stratum) bool {
	for q := range p.questions(s) {
		if p.asked(s, q) && p.asked(t, q) {
			return true
		}
	}
	return false
}

// clusters returns, for a pool of one group, each question's mean score, how much it counts for (1 on average; nil: all the same), and
// the strata's weight together.
func (p Pool) clusters() (scores, weights []float64, total float64) {
	n := p.questions(p.Strata[0])
	sums, counts := make([]float64, n), make([]float64, n)
	for _, s := range p.Strata {
		total += s.Weight
		means, answers := p.stratumMeans(s)
		for i := range means {
			w := s.Weight / float64(p.Seeds) / float64(answers[i])
			for q := range n {
				if y := s.Scores[i*n+q]; !math.IsNaN(y) {
					sums[q] += w * y
					counts[q] += w
				}
			}
		}
	}
	equal := true
	for q := range n {
		if counts[q] == 0 {
			continue
		}
		scores = append(scores, sums[q]/counts[q])
		weights = append(weights, counts[q]/total)
		equal = equal && math.Abs(weights[len(weights)-1]-weights[0]) < rounding
	}
	for k := range weights {
		weights[k] *= float64(len(weights))
	}
	if equal {
		weights = nil
	}
	return scores, weights, total
}
