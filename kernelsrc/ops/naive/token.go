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

// RMSNorm is x / sqrt(mean(x²) + eps) · weight over the last axis: x [..., D], weight [D].
func RMSNorm(x, weight Array, eps float64) Array {
	y, D := x.Clone(), len(weight.Values)
	for from := 0; from < len(y.Values); from += D {
		row, squares := y.Values[from:from+D], 0.0
		for _, v := range row {
			squares += v * v / float64(D)
		}
		for i := range row {
			row[i] *= weight.Values[i] / math.Sqrt(squares+eps)
		}
	}
	return y
}

// LayerNorm is (x - mean(x)) / sqrt(var(x) + eps) · weight + bias over the last axis: x [..., D], weight and bias [D].
func LayerNorm(x, weight, bias Array, eps float64) Array {
	y, D := x.Clone(), len(weight.Values)
	for from := 0; from < len(y.Values); from += D {
		row, mean, variance := y.Values[from:from+D], 0.0, 0.0
		for _, v := range row {
			mean += v / float64(D)
		}
		for _, v := range row {
			variance += (v - mean) * (v - mean) / float64(D)
		}
		for i, v := range row {
			row[i] = (v-mean)/math.Sqrt(variance+eps)*weight.Values[i] + bias.Values[i]
		}
	}
	return y
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
