package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The mean of thirds or tenths is not exact in floating point, so resamples with the mean of the scores
// come out a little above or below it. The interval must not depend on which: scores in whole points, whose
// sums are exact, give the same one.
func TestTheBootstrapDoesNotDependOnTheUnitOfScores(t *testing.T) {
	const tolerance = 1e-9 // rounding of sums of 60 scores, far below a printed digit
	for _, parts := range []float64{3, 5, 7, 10} {
		random := rand.New(rand.NewPCG(uint64(parts), 1))
		points, fractions := make([]float64, 60), make([]float64, 60)
		for i := range points {
			points[i] = float64(random.IntN(int(parts) + 1))
			fractions[i] = points[i] / parts
		}
		whole, part := Bootstrap(points, 0.95, 1), Bootstrap(fractions, 0.95, 1)
		if math.Abs(whole.Low/parts-part.Low) > tolerance || math.Abs(whole.High/parts-part.High) > tolerance {
			t.Errorf("scores of %v points: %v; as fractions %v", parts, whole, part)
		}
	}
}

// The values of R's quantile(c(1, 2, 4, 8, 16), c(0, 0.1, 0.3, 0.5, 0.99, 1)), type 7, by hand: the ranks
// are 1, 1.4, 2.2, 3, 4.96 and 5.
func TestQuantilesAreThoseOfRAndNumPy(t *testing.T) {
	sorted := []float64{1, 2, 4, 8, 16}
	for p, want := range map[float64]float64{0: 1, 0.1: 1.4, 0.3: 2.4, 0.5: 4, 0.99: 15.68, 1: 16} {
		if got := quantile(sorted, p); math.Abs(got-want) > 1e-12 {
			t.Errorf("the %v-quantile is %v, want %v", p, got, want)
		}
	}
	if got := quantile([]float64{3}, 0.7); got != 3 {
		t.Errorf("a quantile of one value is %v, want it", got)
	}
}
