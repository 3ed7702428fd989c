package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func margin(low, center, high float64) Interval {
	return Interval{Low: low, Center: center, High: high, N: 100}
}

func TestTheEffectiveLengthOfAFixedSequence(t *testing.T) {
	nan, lengths := math.NaN(), []int{64, 128, 256, 512}
	up, down, level := margin(0.1, 0.2, 0.3), margin(-0.3, -0.2, -0.1), margin(-0.1, 0, 0.1)
	for name, test := range map[string]struct {
		margins []Interval
		want    Reach
	}{
		"falls between two":           {[]Interval{up, up, down, down}, Reach{128 * math.Sqrt2, 128 * math.Exp2(0.25), 128 * math.Exp2(0.75), ""}},
		"never falls":                 {[]Interval{up, up, up, up}, Reach{512, 512, nan, "above"}},
		"below from the start":        {[]Interval{down, down, down, down}, Reach{64, nan, 64, "below"}},
		"not known at the first":      {[]Interval{level, down, down, down}, Reach{64, nan, 64 * math.Exp2(0.5), ""}},
		"not known at the last":       {[]Interval{up, up, up, level}, Reach{512, 256 * math.Exp2(0.5), nan, "above"}},
		"a rise within the noise":     {[]Interval{up, margin(-0.1, -0.01, 0.1), margin(-0.1, 0.03, 0.1), down}, Reach{256 * math.Exp2(0.01/0.21), 64 * math.Exp2(0.5), 256 * math.Exp2(0.5), ""}},
		"a fall that is sure counts":  {[]Interval{up, down, up, up}, Reach{64 * math.Exp2(0.5), 64 * math.Exp2(0.25), nan, ""}},
		"all that is asked is passed": {[]Interval{up}, Reach{512, 512, nan, "above"}},
	} {
		t.Run(name, func(t *testing.T) {
			of := lengths
			if len(test.margins) == 1 {
				of = []int{512}
			}
			got, err := FixedSequence(of, test.margins)
			if err != nil {
				t.Fatal(err)
			}
			same := func(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9 }
			if !same(got.Length, test.want.Length) || !same(got.Low, test.want.Low) || !same(got.High, test.want.High) || got.Censored != test.want.Censored {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
	for _, bad := range [][]int{{}, {64, 64}, {128, 64}} {
		if _, err := FixedSequence(bad, []Interval{up, up}); err == nil {
			t.Errorf("lengths %v are taken", bad)
		}
	}
}

// Curves that fall steeply, that stay near the threshold for long, that begin below it and that never fall; absolute thresholds, and
// shares of the score at the shortest length. 500 studies each; 4 Monte Carlo errors.
func TestTheEffectiveLengthIsCovered(t *testing.T) {
	const studies, n = 500, 150
	lengths := []int{64, 128, 256, 512, 1024}
	random := rand.New(rand.NewPCG(6, 2))
	for _, test := range []struct {
		chances   []float64
		threshold Threshold
	}{
		{[]float64{0.98, 0.95, 0.6, 0.2, 0.1}, Threshold{Absolute: 0.856}},
		{[]float64{0.88, 0.87, 0.87, 0.86, 0.3}, Threshold{Absolute: 0.856}},
		{[]float64{0.9, 0.87, 0.84, 0.84, 0.3}, Threshold{Absolute: 0.856}},
		{[]float64{0.84, 0.8, 0.7, 0.7, 0.3}, Threshold{Absolute: 0.856}},
		{[]float64{0.87, 0.87, 0.87, 0.87, 0.87}, Threshold{Absolute: 0.856}},
		{[]float64{0.6, 0.55, 0.5, 0.2, 0.1}, Threshold{Relative: 0.85}},
		{[]float64{0.9, 0.8, 0.78, 0.77, 0.1}, Threshold{Relative: 0.85}},
	} {
		level := test.threshold.Absolute + test.threshold.Relative*test.chances[0]
		truth := math.Inf(1)
		for i, c := range test.chances {
			if c < level {
				truth = 0
				if i > 0 {
					truth = 64 * math.Exp2(float64(i-1)+(test.chances[i-1]-level)/(test.chances[i-1]-c))
				}
				break
			}
		}
		hits := 0
		for range studies {
			scores := make([]Interval, len(lengths))
			for l, c := range test.chances {
				right := 0
				for range n {
					if random.Float64() < c {
						right++
					}
				}
				scores[l] = Wilson(right, n, 0.95)
			}
			margins := make([]Interval, len(lengths))
			for l := range lengths {
				margins[l] = test.threshold.Over(scores[l], scores[0], l == 0)
			}
			r, err := FixedSequence(lengths, margins)
			if err != nil {
				t.Fatal(err)
			}
			if !(truth < r.Low-1e-9 || truth > r.High+1e-9) { // NaN: open
				hits++
			}
		}
		if share := float64(hits) / studies; share < 0.95-4*math.Sqrt(0.95*0.05/studies) {
			t.Errorf("%v, %+v: covered in %.3f", test.chances, test.threshold, share)
		}
	}
}
