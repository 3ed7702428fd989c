package naive

import "math"

// Matmul is x·mᵀ: x [rows, in], m [out, in].
func Matmul(x, m Array) Array {
	rows, in, out := x.Dims[0], x.Dims[1], m.Dims[0]
	y := Zeros(rows, out)
	for r := range rows {
		for o := range out {
			for i := range in {
				y.Values[r*out+o] += x.Values[r*in+i] * m.Values[o*in+i]
			}
		}
	}
	return y
}

// SiLU is x · sigmoid(x).
func SiLU(x Array) Array { return each(x, func(v float64) float64 { return v / (1 + math.Exp(-v)) }) }

// GELU is the tanh approximation of GELU.
func GELU(x Array) Array {
	return each(x, func(v float64) float64 {
		return v / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(v+0.044715*v*v*v)))
	})
}

// each applies a function to every value.
func each(x Array, f func(v float64) float64) Array {
	y := x.Clone()
	for i, v := range x.Values {
		y.Values[i] = f(v)
	}
	return y
}

// Norm normalizes each of the groups of the last axis of x [..., D], or of x SiLU(gate) where there is a gate [..., D]:
//
//	v = v - mean(v) if center,  y = v / sqrt(mean(v²) + eps) · weight + bias
//
// weight and bias are [D]. A bias or a gate without values is none.
func Norm(x, weight, bias, gate Array, groups int, center bool, eps float64) Array {
	y, D := x.Clone(), len(weight.Values)
	if gate.Values != nil {
		for i, z := range SiLU(gate).Values {
			y.Values[i] *= z
		}
	}
	each := D / groups
	for from := 0; from < len(y.Values); from += each {
		group, mean, squares := y.Values[from:from+each], 0.0, 0.0
		for _, v := range group {
			if center {
				mean += v / float64(each)
			}
		}
		for _, v := range group {
			squares += (v - mean) * (v - mean) / float64(each)
		}
		for i, v := range group {
			channel := (from + i) % D
			group[i] = (v - mean) / math.Sqrt(squares+eps) * weight.Values[channel]
			if bias.Values != nil {
				group[i] += bias.Values[channel]
			}
		}
	}
	return y
}

// CrossEntropy is the negative logarithm of the softmax of each row of logits [rows, V] at its target, and whether that is
// the first of the largest logits. A target below 0 has 0 and 0.
func CrossEntropy(logits Array, targets []int32) []Array {
	V := logits.Dims[1]
	loss, right := Zeros(len(targets)), Zeros(len(targets))
	for i, target := range targets {
		if target < 0 {
			continue
		}
		row, sum, first := logits.Values[i*V:(i+1)*V], 0.0, 0
		for j, v := range row {
			sum += math.Exp(v - row[target])
			if v > row[first] {
				first = j
			}
		}
		loss.Values[i] = math.Log(sum)
		if first == int(target) {
			right.Values[i] = 1
		}
	}
	return []Array{loss, right}
}

// Rotate rotates channels i and i+dim/2 of each head by the angle t · base^(-2i/dim), where t is the position of the
// token in its row, from 0: x [B, T, H, P].
func Rotate(x Array, dim int, base float64) Array {
	y := x.Clone()
	T, H, P := x.Dims[1], x.Dims[2], x.Dims[3]
	for head := range len(x.Values) / P {
		t := head / H % T
		a, b := x.Values[head*P:], y.Values[head*P:]
		for i := range dim / 2 {
			sin, cos := math.Sincos(float64(t) * math.Pow(base, -2*float64(i)/float64(dim)))
			b[i], b[i+dim/2] = a[i]*cos-a[i+dim/2]*sin, a[i+dim/2]*cos+a[i]*sin
		}
	}
	return y
}
