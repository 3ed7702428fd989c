package plain

import (
	"math"
	"slices"

	"longseq/lcmodels/extend"
)

// attention is a layer's attention.
type attention struct {
	name   string
	head   int // channels
	dim    int // channels of a head that are turned
	base   float64
	rope   extend.Rope
	window int // keys that a query sees, 0: all
	sinks  int // keys at the start that it sees beside them
	scale  float64
}

// attend remembers k and v of the token under the name, and returns what its queries read. Without sinks, queries and keys
// are turned by their positions in the text; with sinks, by their places among the keys that are seen, as
// StreamingLLM's cache has them.
func (p *reader) attend(a attention, q, k, v []float64) []float64 {
	p.past[a.name+".k"], p.past[a.name+".v"] = append(p.past[a.name+".k"], k), append(p.past[a.name+".v"], v)
	keys, values := p.past[a.name+".k"], p.past[a.name+".v"]
	var seen []int
	for t := range keys {
		if a.window == 0 || t < a.sinks || t >= len(keys)-a.window {
			seen = append(seen, t)
		}
	}
	place := func(i int) int {
		if a.sinks > 0 {
			return i
		}
		return seen[i]
	}
	q = a.turn(q, place(len(seen)-1))
	y := make([]float64, len(q))
	share := (len(q) / a.head) / (len(k) / a.head) // query heads of a key head
	turned := make([][]float64, len(seen))
	for i, t := range seen {
		turned[i] = a.turn(keys[t], place(i))
	}
	for h := range len(q) / a.head {
		from, sum := h/share*a.head, 0.0
		for i, t := range seen {
			e := math.Exp(a.scale * dot(q[h*a.head:(h+1)*a.head], turned[i][from:from+a.head]))
			sum += e
			for c := range a.head {
				y[h*a.head+c] += e * values[t][from+c]
			}
		}
		for c := range a.head {
			y[h*a.head+c] /= sum
		}
	}
	return y
}

// turn rotates the first dim channels of each head by the position.
func (a attention) turn(x []float64, position int) []float64 {
	y := slices.Clone(x)
	for h := 0; h < len(x); h += a.head {
		for i := range a.dim / 2 {
			angle, amplitude := a.angle(i, position)
			sin, cos := math.Sincos(angle)
			re, im := x[h+i], x[h+i+a.dim/2]
			y[h+i], y[h+i+a.dim/2] = amplitude*(re*cos-im*sin), amplitude*(im*cos+re*sin)
		}
	}
	return y
}

// angle is by how much pair i is rotated at a position, and what it is multiplied by. The scalings are written from their
// papers for the keys that config.json must have: positions are divided by F (Chen et al. 2023), the base is changed
// (bloc97 2023), or positions of slow pairs are divided (Peng et al. 2024; Llama 3.1).
func (a attention) angle(i, position int) (angle, amplitude float64) {
	d, t, F, L := float64(a.dim), float64(position), a.rope.Factor, float64(a.rope.Original)
	at := func(base float64) float64 { return math.Pow(base, -2*float64(i)/d) }
	turns := L * at(a.base) / (2 * math.Pi) // in the trained length
	mixed := func(kept float64) float64 { return t * at(a.base) * ((1-kept)/F + kept) }
	bounded := func(v float64) float64 { return math.Min(math.Max(v, 0), 1) }
	switch a.rope.Type {
	case extend.Linear:
		return t / F * at(a.base), 1
	case extend.NTK:
		return t * at(a.base*math.Pow(F, d/(d-2))), 1
	case extend.Dynamic:
		grown := math.Max(1, F*(t+1)/L-(F-1))
		return t * at(a.base*math.Pow(grown, d/(d-2))), 1
	case extend.YaRN:
		pair := func(turns float64) float64 { return d / 2 * math.Log(L/(2*math.Pi*turns)) / math.Log(a.base) }
		low, high := math.Max(math.Floor(pair(32)), 0), math.Min(math.Ceil(pair(1)), d-1)
		return mixed(1 - bounded((float64(i)-low)/(high-low))), 0.1*math.Log(F) + 1
	case extend.Llama3:
		return mixed(bounded((turns - 1) / (4 - 1))), 1
	}
	return t * at(a.base), 1
}
