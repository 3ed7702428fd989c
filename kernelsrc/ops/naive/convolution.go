package naive

import "math"

// Convolution is ops.Convolution of x [B, T, E], weight [E, L], bias [E] and before [B, L-1, E] as one output [B, T, E].
func Convolution(in []Array, silu bool) Array {
	x, weight, bias, before := in[0], in[1], in[2], in[3]
	B, T, E, L := x.Dims[0], x.Dims[1], x.Dims[2], weight.Dims[1]
	y := Zeros(B, T, E)
	for b := range B {
		for t := range T {
			for e := range E {
				sum := bias.Values[e]
				for j := range L {
					if at := t - L + 1 + j; at >= 0 {
						sum += weight.Values[e*L+j] * x.Values[(b*T+at)*E+e]
					} else {
						sum += weight.Values[e*L+j] * before.Values[(b*(L-1)+at+L-1)*E+e]
					}
				}
				if silu {
					sum /= 1 + math.Exp(-sum)
				}
				y.Values[(b*T+t)*E+e] = sum
			}
		}
	}
	return y
}
