package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// 13 tasks of 20 samples, some never right and some always, as weak models have them: the interval of
// their mean must hold the true mean about as often as it says. 0.02 is four standard errors of the
// share of 2000 trials.
func TestTheIntervalOfAMeanOfScoresCoversAsItSays(t *testing.T) {
	chances := []float64{0, 0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.95, 1, 1}
	want := 0.0
	for _, p := range chances {
		want += p / float64(len(chances))
	}
	const trials, n = 2000, 20
	random := rand.New(rand.NewPCG(1, 2))
	inside := 0
	for range trials {
		parts := make([]Interval, len(chances))
		for i, p := range chances {
			right := 0
			for range n {
				if random.Float64() < p {
					right++
				}
			}
			parts[i] = Wilson(right, n, 0.95)
		}
		if m := MeanOf(parts); m.Low <= want && want <= m.High {
			inside++
		}
	}
	if share := float64(inside) / trials; share < 0.95-0.02 {
		t.Errorf("the interval holds the mean in %.3f of the trials, want at least 0.93", share)
	}
}

func TestTheMeanOfScoresIsPlainAndKeepsAWidth(t *testing.T) {
	none, all := Wilson(0, 50, 0.95), Wilson(10, 10, 0.95)
	m := MeanOf([]Interval{none, all})
	if m.Center != 0.5 || m.N != 60 || m.Low >= 0.5 || m.High <= 0.5 {
		t.Errorf("got %v of %d samples", m, m.N)
	}
	if one := MeanOf([]Interval{all}); math.Abs(one.Low-all.Low) > 1e-12 || one.High != 1 {
		t.Errorf("the mean of one is %v, want %v", one, all)
	}
	for _, parts := range [][]Interval{nil, {all, Wilson(0, 0, 0.95)}} {
		if m := MeanOf(parts); m.N != 0 || !math.IsNaN(m.Center) {
			t.Errorf("the mean of %v is %v, want unknown", parts, m)
		}
	}
}
