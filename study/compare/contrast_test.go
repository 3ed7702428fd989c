package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Of 400 studies in which the newest needle is found with probability 0.7 and the oldest with 0.5 by trainings that differ, the interval of
// the difference holds 0.2 in about 95%.
func TestAContrastHoldsTheDifferenceOfDepths(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	held := 0
	const studies = 400
	for range studies {
		var answers []Answer
		for seed := int64(1); seed <= 5; seed++ {
			effect := 0.1 * random.NormFloat64()
			for q := range 100 {
				for depth, chance := range map[float64]float64{0: 0.5, 50: 0.9, 100: 0.7 + effect} {
					a := Answer{Model: "m", Length: 64, Sample: q, Depth: depth, TrainSeed: seed, LogProb: math.NaN()}
					if random.Float64() < chance {
						a.Score = 1
					}
					answers = append(answers, a)
				}
			}
		}
		i, ok := NewIndex(slices.Values(answers), false).Contrast("m", 64, 100, 0, 0.95)
		if !ok {
			t.Fatal("there is none")
		}
		if i.Low <= 0.2 && 0.2 <= i.High {
			held++
		}
	}
	if share := float64(held) / studies; share < 0.92 || share > 0.98 {
		t.Errorf("the interval holds the difference in %.3f of studies", share)
	}
	one := []Answer{{Model: "m", Length: 64, Depth: 0, LogProb: math.NaN()}}
	if _, ok := NewIndex(slices.Values(one), false).Contrast("m", 64, 100, 0, 0.95); ok {
		t.Error("a depth that was not asked has a difference")
	}
}
