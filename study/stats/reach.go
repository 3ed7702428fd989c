package stats

import (
	"fmt"
	"math"
)

// A Reach is an effective length: the last length, in tokens, up to which the true curve, linear in the logarithm of length between the
// asked lengths, is at least the threshold.
type Reach struct {
	Length   float64 // the longest asked where Censored is "above", the shortest where it is "below"
	Low      float64 // NaN: there is no lower bound; the curve may be below the threshold from the start
	High     float64 // NaN: there is no upper bound
	Censored string  // "above": the curve never falls; "below": it begins below; ""
}

// FixedSequence returns the effective length of a curve from its margins over the threshold at the asked lengths, which ascend. The
// bounds come from one-sided tests in a fixed sequence, which needs no correction for their number (Maurer, Hothorn & Lehmacher 1995;
// Westfall & Krishen 2001): from the shortest length on, as long as the margin's Low is at least 0, and from the longest down, as long
// as its High is below 0. Between the last length that passes and the first that does not, the bounds are interpolated, which is
// conservative. Each end has half of the error that the margins' confidence leaves. The estimate is where the falling curve that fits
// best (pool adjacent violators: Barlow et al. 1972) crosses the threshold, up to the first length that is below it for certain; the
// first crossing of the means themselves comes too early where the curve is level near the threshold.
func FixedSequence(lengths []int, margins []Interval) (Reach, error) {
	n := len(lengths)
	if n == 0 || len(margins) != n {
		return Reach{}, fmt.Errorf("effective length: %d lengths with %d margins; want as many, at least one", n, len(margins))
	}
	for i, m := range margins {
		if m.N == 0 || lengths[i] < 1 || i > 0 && lengths[i] <= lengths[i-1] {
			return Reach{}, fmt.Errorf("effective length: length %d with %d questions; want ascending lengths, each with questions", lengths[i], m.N)
		}
	}
	between := func(i int, from, to float64) float64 { // from ≥ 0 at length i, to < 0 at the next
		a, b := math.Log2(float64(lengths[i])), math.Log2(float64(lengths[i+1]))
		return math.Exp2(a + (b-a)*from/(from-to))
	}
	r := Reach{Low: math.NaN(), High: math.NaN()}
	last := -1 // that passes
	for last+1 < n && margins[last+1].Low >= 0 {
		last++
	}
	switch {
	case last == n-1:
		r.Low = float64(lengths[last])
	case last >= 0:
		r.Low = between(last, margins[last].Low, margins[last+1].Low)
	}
	first := n // that is below for certain, with all after it
	for first > 0 && margins[first-1].High < 0 {
		first--
	}
	switch {
	case first == 0:
		r.High = float64(lengths[0])
	case first < n:
		r.High = between(first-1, margins[first-1].High, margins[first].High)
	}
	end := n
	for i, m := range margins {
		if m.High < 0 {
			end = i + 1
			break
		}
	}
	fit := falling(margins[:end])
	at := 0
	for at < len(fit) && fit[at] >= 0 {
		at++
	}
	switch {
	case at == 0:
		r.Length, r.Censored = float64(lengths[0]), "below"
	case at == len(fit):
		r.Length, r.Censored = float64(lengths[at-1]), "above"
	default:
		r.Length = between(at-1, fit[at-1], fit[at])
		if r.Low > r.Length {
			r.Length = r.Low
		}
		if r.High < r.Length {
			r.Length = r.High
		}
	}
	return r, nil
}

// falling returns the values that fall or stay and are nearest to the margins' centers: rises are averaged away.
func falling(margins []Interval) []float64 {
	type block struct {
		mean float64
		n    int
	}
	var blocks []block
	for _, m := range margins {
		b := block{m.Center, 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].mean < b.mean {
			a := blocks[len(blocks)-1]
			b = block{(a.mean*float64(a.n) + b.mean*float64(b.n)) / float64(a.n+b.n), a.n + b.n}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	var fit []float64
	for _, b := range blocks {
		for range b.n {
			fit = append(fit, b.mean)
		}
	}
	return fit
}

// Over returns how far scores are above a threshold: a score, or a share of the score at another length, whose intervals are given. The
// bounds of a margin over a share are MOVER's (Zou, Huang & Zhang 2009), which at architecture scope is conservative where a seed that
// is good at one length is good at the other.
func (t Threshold) Over(score, base Interval, isBase bool) Interval {
	m := score
	switch {
	case t.Relative == 0:
		m.Center, m.Low, m.High = m.Center-t.Absolute, m.Low-t.Absolute, m.High-t.Absolute
	case isBase:
		rest := 1 - t.Relative
		m.Center, m.Low, m.High = rest*m.Center, rest*m.Low, rest*m.High
	default:
		m.Center = score.Center - t.Relative*base.Center
		m.Low = m.Center - math.Hypot(score.Center-score.Low, t.Relative*(base.High-base.Center))
		m.High = m.Center + math.Hypot(score.High-score.Center, t.Relative*(base.Center-base.Low))
	}
	return m
}
