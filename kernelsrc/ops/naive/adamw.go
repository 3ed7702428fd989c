package naive

import "math"

// An AdamW is one update of parameters by AdamW (Loshchilov & Hutter 2019, algorithm 2), with the gradient scaled down to a norm
// of at most Clip.
type AdamW struct {
	Rate, Step, Beta1, Beta2, Epsilon, WeightDecay, Clip float64
}

// Run returns the new parameters and moments: in are the parameters and their two moments, one behind the other, and the gradient
// of each weight; decays says on which weights weight decay acts.
func (a AdamW) Run(in []Array, decays []bool) []Array {
	p, m, v := in[0].Clone(), in[1].Clone(), in[2].Clone()
	squares := 0.0
	for _, gradient := range in[3:] {
		for _, g := range gradient.Values {
			squares += g * g
		}
	}
	scale := math.Min(1, a.Clip/(math.Sqrt(squares)+1e-6))
	at := 0
	for i, gradient := range in[3:] {
		for _, g := range gradient.Values {
			g *= scale
			m.Values[at] = a.Beta1*m.Values[at] + (1-a.Beta1)*g
			v.Values[at] = a.Beta2*v.Values[at] + (1-a.Beta2)*g*g
			update := m.Values[at] / (1 - math.Pow(a.Beta1, a.Step)) / (math.Sqrt(v.Values[at]/(1-math.Pow(a.Beta2, a.Step))) + a.Epsilon)
			if decays[i] {
				update += a.WeightDecay * p.Values[at]
			}
			p.Values[at] -= a.Rate * update
			at++
		}
	}
	return []Array{p, m, v}
}
