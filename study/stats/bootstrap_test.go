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
		if math.Abs(whole.Low/parts-part.Low) > tolerance || math.Abs(whole.High/parts-part.High) > tolerance || whole.Confidence != part.Confidence {
			t.Errorf("scores of %v points: %v with confidence %v; as fractions %v with confidence %v", parts, whole, whole.Confidence, part, part.Confidence)
		}
	}
}
