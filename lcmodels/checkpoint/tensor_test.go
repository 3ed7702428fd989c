package checkpoint

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// The definition of binary16: sign, five bits of exponent with bias 15, ten of fraction.
func TestHalfWidensToItsValueForEveryPattern(t *testing.T) {
	for h := range 1 << 16 {
		sign, e, f := 1.0, h>>10&31, float64(h&1023)
		if h>>15 == 1 {
			sign = -1
		}
		want := sign * math.Ldexp(1+f/1024, e-15)
		switch {
		case e == 0:
			want = sign * math.Ldexp(f/1024, -14)
		case e == 31 && f == 0:
			want = sign * math.Inf(1)
		case e == 31:
			want = math.NaN()
		}
		got := float64(halfToFloat32(uint16(h)))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (sign < 0) && e != 31 {
			t.Fatalf("%#04x is %v, want %v", h, got, want)
		}
	}
}

func TestViewsAreReadByTheirStrides(t *testing.T) {
	data := make([]byte, 120)
	for i := range data {
		data[i] = byte(i)
	}
	for _, row := range []struct {
		shape, strides []int
		offset         int
	}{
		{[]int{2, 3, 4}, []int{12, 4, 1}, 0},
		{[]int{4, 3, 2}, []int{1, 4, 12}, 5},
		{[]int{3, 2, 4}, []int{4, 12, 1}, 0},
		{[]int{5}, []int{7}, 3},
		{[]int{3, 5}, []int{0, 2}, 1},
		{[]int{1, 6, 1}, []int{99, 1, 99}, 2},
		{[]int{2, 1, 3}, []int{1, 0, 9}, 0},
		{[]int{}, nil, 119},
		{[]int{2, 0, 3}, []int{3, 3, 1}, 0},
	} {
		view := Tensor{DType: U8, Shape: row.shape, storage: data, offset: row.offset, strides: row.strides}
		if err := view.check(); err != nil {
			t.Fatal(err)
		}
		var want []byte
		for i := range view.Size() { // the i-th value's index, axis by axis from the last
			at, rest := row.offset, i
			for axis := len(row.shape) - 1; axis >= 0; axis-- {
				at += rest % row.shape[axis] * row.strides[axis]
				rest /= row.shape[axis]
			}
			want = append(want, data[at])
		}
		if got := view.Bytes(); !slices.Equal(got, want) {
			t.Errorf("%v by %v at %d: %v, want %v", row.shape, row.strides, row.offset, got, want)
		}
	}
}

func TestTheDigestDependsOnAllThatWeightsAre(t *testing.T) {
	digest := func(name string, shape []int, values ...float32) string {
		tensor, err := NewFloat32(name, shape, values)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := WriteSafetensors(path, []Tensor{tensor}, nil); err != nil {
			t.Fatal(err)
		}
		return open(t, path).Digest()
	}
	first := digest("w", []int{2}, 1, 2)
	if again := digest("w", []int{2}, 1, 2); again != first {
		t.Errorf("the same weights have digests %s and %s", first, again)
	}
	for what, other := range map[string]string{
		"name": digest("v", []int{2}, 1, 2), "shape": digest("w", []int{2, 1}, 1, 2), "value": digest("w", []int{2}, 1, 3),
	} {
		if other == first {
			t.Errorf("another %s has the same digest", what)
		}
	}
}

func TestOpeningAndReadingBytesCopiesNothing(t *testing.T) {
	const values = 64 << 20 // bytes
	path := filepath.Join(t.TempDir(), "model.safetensors")
	header := `{"w":{"dtype":"BF16","shape":[8192,4096],"data_offsets":[0,67108864]}}`
	write(t, path, string([]byte{byte(len(header)), 0, 0, 0, 0, 0, 0, 0})+header)
	if err := os.Truncate(path, int64(8+len(header)+values)); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c := open(t, path)
	w, err := c.Tensor("w")
	if err != nil || len(w.Bytes()) != values {
		t.Fatalf("%d bytes, %v", len(w.Bytes()), err)
	}
	c.Digest()
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes of heap for a file of %d", used, values)
	}
}
