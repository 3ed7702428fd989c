package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Scores with known components: a model's, its seeds', a length's and their interactions, and a question's. The true shares lie within
// five standard errors of the mean over 60 studies.
func TestComponentsOfVarianceAreThoseThatScoresWereDrawnWith(t *testing.T) {
	const models, seeds, lengths, questions, studies = 4, 4, 3, 60, 60
	random := rand.New(rand.NewPCG(1, 4))
	model := []float64{-0.3, -0.1, 0.1, 0.3}                                               // variance 0.05
	length := []float64{0.2, 0, -0.2}                                                      // 0.0267
	both := [models][lengths]float64{{0.1, 0, -0.1}, {-0.1, 0, 0.1}, {0, 0, 0}, {0, 0, 0}} // 0.00333
	const seedSD, seedLengthSD, noise = 0.1, 0.06, 0.3
	truth := map[string]float64{"architecture": 0.05, "seed": seedSD * seedSD, "length": 0.08 / 3, "architecture:length": 0.04 / 12,
		"seed:length": seedLengthSD * seedLengthSD * 2 / 3, "sample": noise * noise} // centred on each seed's mean
	truth["seed"] += seedLengthSD * seedLengthSD / 3
	total := 0.0
	for _, v := range truth {
		total += v
	}
	sums, squares, hits := map[string]float64{}, map[string]float64{}, map[string]int{}
	for range studies {
		l := Layout{Models: "architecture", Factors: []string{"length", "depth"}, Levels: [][]int{{0, 0}, {1, 0}, {2, 0}}}
		for m := range models {
			var of [][][]float64
			for range seeds {
				effect := seedSD * random.NormFloat64()
				var strata [][]float64
				for k := range lengths {
					cell := model[m] + length[k] + both[m][k] + effect + seedLengthSD*random.NormFloat64()
					var scores []float64
					for range questions {
						scores = append(scores, cell+noise*random.NormFloat64())
					}
					strata = append(strata, scores)
				}
				of = append(of, strata)
			}
			l.Scores = append(l.Scores, of)
		}
		list, err := VarianceComponents(l, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != len(truth) {
			t.Fatalf("components %v", list)
		}
		for _, c := range list {
			sums[c.Factor] += c.Share / studies
			squares[c.Factor] += c.Share * c.Share / studies
			if want := truth[c.Factor] / total; c.Low <= want && want <= c.High {
				hits[c.Factor]++
			}
		}
	}
	for name, v := range truth {
		want, got := v/total, sums[name]
		if off := 5*math.Sqrt((squares[name]-got*got)/studies) + 0.005; math.Abs(got-want) > off { // 0.005: of ratios
			t.Errorf("%s: share %.4f, want %.4f within %.4f", name, got, want, off)
		}
		if share := float64(hits[name]) / studies; share < 0.8 {
			t.Errorf("%s: the interval holds the share in %.2f of the studies", name, share)
		}
	}
}

func TestAnIncompleteLayoutHasNoComponents(t *testing.T) {
	scores := [][][][]float64{{{{1, 0}, {0, 1}, {1, 1}}}}
	if _, err := VarianceComponents(Layout{Models: "m", Factors: []string{"length", "depth"}, Levels: [][]int{{0, 0}, {0, 1}, {1, 0}}, Scores: scores}, 0.95); err == nil {
		t.Error("three of four combinations are taken")
	}
}
