package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestGaffkesBoundsOfRightAndWrongAreThoseOfClopperAndPearson(t *testing.T) {
	const tolerance = 1e-7 // of the inversion
	for _, test := range []struct{ right, n int }{{0, 1}, {1, 1}, {1, 2}, {0, 20}, {3, 20}, {249, 250}, {128, 250}, {250, 250}, {40, 3000}} {
		scores := append(slices.Repeat([]float64{1}, test.right), slices.Repeat([]float64{0}, test.n-test.right)...)
		got := Gaffke(scores, 0.95)
		low, high := 0.0, 1.0
		k, n := float64(test.right), float64(test.n)
		if k > 0 {
			low = distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile(0.025)
		}
		if k < n {
			high = distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile(0.975)
		}
		if math.Abs(got.Low-low) > tolerance || math.Abs(got.High-high) > tolerance {
			t.Errorf("%d of %d: [%.9f, %.9f], want [%.9f, %.9f]", test.right, test.n, got.Low, got.High, low, high)
		}
	}
}

// The quantiles of the definition itself, drawn: 400,000 Dirichlet-weighted means. Their error is some 4 standard errors of a quantile.
func TestGaffkesBoundsAreQuantilesOfDirichletMeans(t *testing.T) {
	const draws, tolerance = 400_000, 0.001
	scores := []float64{0.2, 0.9, 1, 1, 0.4, 0.75, 0.75, 1, 0, 0.6, 0.3, 1}
	got := Gaffke(scores, 0.9)
	random := rand.New(rand.NewPCG(1, 2))
	lows, highs := make([]float64, draws), make([]float64, draws)
	for d := range draws {
		end := random.ExpFloat64()
		total, sum := end, 0.0
		for _, y := range scores {
			w := random.ExpFloat64()
			total += w
			sum += w * y
		}
		lows[d], highs[d] = sum/total, (sum+end)/total
	}
	slices.Sort(lows)
	slices.Sort(highs)
	if low, high := quantile(lows, 0.05), quantile(highs, 0.95); math.Abs(got.Low-low) > tolerance || math.Abs(got.High-high) > tolerance {
		t.Errorf("[%.5f, %.5f], drawn [%.5f, %.5f]", got.Low, got.High, low, high)
	}
}

func TestGaffkesBoundsFallWhereAScoreFalls(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		scores := make([]float64, 1+random.IntN(60))
		for i := range scores {
			scores[i] = float64(random.IntN(11)) / 10
		}
		before := Gaffke(scores, 0.95)
		shuffled := slices.Clone(scores)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again := Gaffke(shuffled, 0.95); math.Abs(again.Low-before.Low)+math.Abs(again.High-before.High) > 1e-8 {
			t.Fatalf("in another order %v, not %v", again, before)
		}
		scores[0] *= 0.5
		after := Gaffke(scores, 0.95)
		if after.Low > before.Low+1e-8 || after.High > before.High+1e-8 {
			t.Fatalf("%v falls to %v", before, after)
		}
		if !(after.High > after.Low) {
			t.Fatalf("%v has no width", after)
		}
	}
}

func TestTheFirstFailureNeverNarrowsAnInterval(t *testing.T) {
	for _, n := range []int{1, 2, 20, 250} {
		right := slices.Repeat([]float64{1}, n)
		before := Gaffke(right, 0.95)
		for _, failed := range []float64{0, 1. / 3, 0.75, 0.99} {
			right[n-1] = failed
			if after := Gaffke(right, 0.95); after.High-after.Low < before.High-before.Low-1e-9 {
				t.Errorf("one %.2f among %d: %v after %v", failed, n, after, before)
			}
		}
		right[n-1] = 1
	}
}

func BenchmarkGaffke(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	scores := make([]float64, 250)
	for i := range scores {
		scores[i] = random.Float64()
	}
	for b.Loop() {
		Gaffke(scores, 0.95)
	}
}
