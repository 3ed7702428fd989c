// Package naive computes the operations of package ops by loops that a reader can check against the papers, in float64.
// Every form of an operation is compared with them: in the tests of package ops, and by package selftest on the backend
// of a machine. The letters of axes are those of package ops.
package naive

import "math"

// Array is a tensor in float64.
type Array struct {
	Dims   []int
	Values []float64
}

// Draw returns an array with values drawn one by one.
func Draw(next func() float64, dims ...int) Array {
	size := 1
	for _, d := range dims {
		size *= d
	}
	a := Array{dims, make([]float64, size)}
	for i := range a.Values {
		a.Values[i] = next()
	}
	return a
}

// Zeros returns an array of zeros.
func Zeros(dims ...int) Array { return Draw(func() float64 { return 0 }, dims...) }

// Clone copies an array.
func (a Array) Clone() Array { return Array{a.Dims, append([]float64(nil), a.Values...)} }

// Cut returns steps from to to of an array [B, T, ...].
func (a Array) Cut(from, to int) Array {
	rest := 1
	for _, d := range a.Dims[2:] {
		rest *= d
	}
	part := Array{append([]int{a.Dims[0], to - from}, a.Dims[2:]...), nil}
	for b := range a.Dims[0] {
		row := a.Values[b*a.Dims[1]*rest:]
		part.Values = append(part.Values, row[from*rest:to*rest]...)
	}
	return part
}

// Loss is a sum of the values of several outputs, each with a weight of its own: value j of output i has the weight
// cos(1.7 (i+j)).
func Loss(outputs []Array) float64 {
	sum := 0.0
	for i, output := range outputs {
		for j, v := range output.Values {
			sum += v * math.Cos(1.7*float64(j+i))
		}
	}
	return sum
}

// Differences is the gradient of the Loss of a function's outputs with respect to x, which the function reads, by
// central differences. It changes x and restores it.
func Differences(x Array, outputs func() []Array) []float64 {
	const step = 1e-5
	gradient := make([]float64, len(x.Values))
	for j, v := range x.Values {
		x.Values[j] = v + step
		up := Loss(outputs())
		x.Values[j] = v - step
		gradient[j] = (up - Loss(outputs())) / (2 * step)
		x.Values[j] = v
	}
	return gradient
}
