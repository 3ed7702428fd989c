package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3,
// prints four decimals.
func TestWilsonIsThePublishedInterval(t *testing.T) {
	for _, test := range []struct {
		successes, n int
		low, high    float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		i := Wilson(test.successes, test.n, 0.95)
		if math.Abs(i.Low-test.low) > 5e-5 || math.Abs(i.High-test.high) > 5e-5 {
			t.Errorf("%d of %d: [%.4f, %.4f], want [%.4f, %.4f]", test.successes, test.n, i.Low, i.High, test.low, test.high)
		}
	}
}

func TestWilsonNeverHasNoWidth(t *testing.T) {
	for _, n := range []int{1, 7, 128, 10000} {
		for _, k := range []int{0, n} {
			i := Wilson(k, n, 0.95)
			if !(i.Low < i.High) || i.Low > i.Center || i.Center > i.High || i.Low < 0 || i.High > 1 {
				t.Errorf("%d of %d: %+v", k, n, i)
			}
		}
	}
}

// The chance of a count by its product formula, apart from the library's logarithms.
func exactBinomial(k, n int, p float64) float64 {
	prob := math.Pow(1-p, float64(n-k))
	for i := 1; i <= k; i++ {
		prob *= p * float64(n-k+i) / float64(i)
	}
	return prob
}

// Whatever the method, an interval's confidence is the one that was asked for.
func TestAnIntervalsConfidenceIsTheOneAskedFor(t *testing.T) {
	scores := []float64{1, 0, 0.5, 1, 1, 0.25, 0, 1}
	pool := Pool{Seeds: 2, Strata: []Stratum{{Weight: 1, Scores: scores}}}
	compared, err := Compare(scores, []float64{1, 1, 0, 1, 0, 0.25, 0, 0}, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	effective, err := EffectiveLength([]int{64}, [][]float64{scores}, Threshold{Absolute: 0.5}, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []Interval{Wilson(3, 8, 0.9), Bootstrap(scores, 0.9, 1), Mean(scores, 0.9), Gaffke(scores, 0.9), CheckpointMean(pool, 0.9),
		ArchitectureMean(pool, 0.9), MeanOf([]Interval{Wilson(3, 8, 0.9), Wilson(2, 9, 0.9)}), compared.Difference, effective} {
		if i.Confidence != 0.9 {
			t.Errorf("%s: %v", i.Method, i.Confidence)
		}
	}
}

// covered counts in how many of the simulated studies the interval holds the truth, and fails where
// that is off the confidence by more than three Monte Carlo errors and the method's own bias.
func covered(t *testing.T, confidence, bias float64, study func(*rand.Rand) (Interval, float64)) {
	t.Helper()
	const studies = 1000
	random := rand.New(rand.NewPCG(7, 11))
	hits := 0
	for range studies {
		if i, truth := study(random); i.Low <= truth && truth <= i.High {
			hits++
		}
	}
	got := float64(hits) / studies
	if off := 3*math.Sqrt(confidence*(1-confidence)/studies) + bias; math.Abs(got-confidence) > off {
		t.Errorf("covers the truth in %.3f of studies, want %.2f within %.3f", got, confidence, off)
	} else {
		t.Logf("covers the truth in %.3f of studies", got)
	}
}

func TestIntervalsCoverTheTruthAsOftenAsTheySay(t *testing.T) {
	flip := func(random *rand.Rand, p float64) float64 {
		if random.Float64() < p {
			return 1
		}
		return 0
	}
	for _, p := range []float64{0.1, 0.5, 0.93} {
		t.Run("Wilson", func(t *testing.T) {
			covered(t, 0.95, 0.01, func(random *rand.Rand) (Interval, float64) {
				scores := make([]float64, 128)
				for i := range scores {
					scores[i] = flip(random, p)
				}
				return Mean(scores, 0.95), p
			})
		})
	}
	t.Run("bootstrap of the share of four answers", func(t *testing.T) {
		covered(t, 0.90, 0.01, func(random *rand.Rand) (Interval, float64) {
			scores := make([]float64, 60)
			for i := range scores {
				for range 4 {
					scores[i] += flip(random, 0.8) / 4
				}
			}
			return Bootstrap(scores, 0.90, 1), 0.8
		})
	})
	t.Run("Newcombe's paired difference", func(t *testing.T) {
		covered(t, 0.95, 0.02, func(random *rand.Rand) (Interval, float64) {
			a, b := pairedScores(random, 100, 0.2, 0.1)
			c, err := Compare(a, b, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			return c.Difference, 0.1
		})
	})
	t.Run("effective length", func(t *testing.T) {
		lengths, chances := []int{64, 128, 256, 512}, []float64{0.98, 0.95, 0.6, 0.2}
		truth := crossing(lengths, chances, Threshold{Absolute: 0.856})
		covered(t, 0.95, 0.02, func(random *rand.Rand) (Interval, float64) {
			scores := make([][]float64, len(lengths))
			for i := range scores {
				for range 100 {
					scores[i] = append(scores[i], flip(random, chances[i]))
				}
			}
			i, err := EffectiveLength(lengths, scores, Threshold{Absolute: 0.856}, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			return i, truth
		})
	})
}

// pairedScores draws two models' scores on n samples, of which only the first model gets the share
// onlyA and only the second onlyB.
func pairedScores(random *rand.Rand, n int, onlyA, onlyB float64) (a, b []float64) {
	for range n {
		switch u := random.Float64(); {
		case u < onlyA:
			a, b = append(a, 1), append(b, 0)
		case u < onlyA+onlyB:
			a, b = append(a, 0), append(b, 1)
		default:
			a, b = append(a, 1), append(b, 1)
		}
	}
	return a, b
}

func TestMcNemarIsTheExactBinomialTail(t *testing.T) {
	for _, test := range []struct{ onlyA, onlyB int }{{5, 15}, {15, 5}, {0, 6}, {7, 7}, {0, 0}, {40, 61}} {
		want, n := 0.0, test.onlyA+test.onlyB
		for k := range min(test.onlyA, test.onlyB) + 1 {
			want += 2 * exactBinomial(k, n, 0.5)
		}
		if got := McNemar(test.onlyA, test.onlyB); math.Abs(got-min(1, want)) > 1e-9 {
			t.Errorf("%+v: %v, want %v", test, got, want)
		}
	}
	if got := McNemar(5, 15); math.Abs(got-2*21700/math.Pow(2, 20)) > 1e-9 { // Σ C(20,k), k ≤ 5, is 21,700
		t.Errorf("5 against 15: %v", got)
	}
}

func TestPairedTestsAreWrongAsOftenAsTheySay(t *testing.T) {
	const studies, level = 1000, 0.05
	random := rand.New(rand.NewPCG(3, 9))
	wrong := map[string]int{}
	for range studies {
		a, b := pairedScores(random, 80, 0.15, 0.15)
		c, err := Compare(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if c.P <= level {
			wrong[c.Test]++
		}
		for i := range a { // graded scores: no difference in the mean either
			a[i], b[i] = random.Float64(), random.Float64()
		}
		if c, err = Compare(a, b, 0.95); err != nil {
			t.Fatal(err)
		}
		if c.P <= level {
			wrong[c.Test]++
		}
	}
	t.Logf("wrong in %v of %d", wrong, studies)
	slack := 3 * math.Sqrt(level*(1-level)/studies)
	if got := float64(wrong["McNemar exact"]) / studies; got > level+slack {
		t.Errorf("McNemar's exact test is wrong in %v", got)
	}
	if got := float64(wrong["paired bootstrap"]) / studies; math.Abs(got-level) > slack+0.01 {
		t.Errorf("the paired bootstrap is wrong in %v", got)
	}
}

// The values of R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
func TestHolmIsThePublishedAdjustment(t *testing.T) {
	got := Holm([]float64{0.01, 0.04, 0.03, 0.005})
	if diff := cmp.Diff([]float64{0.03, 0.06, 0.06, 0.02}, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Error(diff)
	}
}

func TestTheSameScoresGiveTheSameInterval(t *testing.T) {
	scores := []float64{0.25, 1, 0.5, 0.75, 0.5, 1, 0, 0.25, 0.5, 1, 1, 0.5, 0.25, 0.75, 0.75, 0, 1, 1, 0.5, 0.25}
	if diff := cmp.Diff(Mean(scores, 0.95), Mean(slices.Clone(scores), 0.95)); diff != "" {
		t.Error(diff)
	}
}

func TestScoresThatAreAllTheSameStillHaveAnInterval(t *testing.T) {
	scores := slices.Repeat([]float64{0.5}, 30)
	if i := Mean(scores, 0.95); i.Center != 0.5 || i.High-i.Low < 0.1 || len(i.Warnings) != 1 {
		t.Errorf("%+v", i)
	}
	if i := Mean(nil, 0.95); i.N != 0 || !math.IsNaN(i.Center) || len(i.Warnings) != 1 {
		t.Errorf("no scores: %+v", i)
	}
}

func TestEffectiveLengthIsInterpolatedInTheLogarithmOfLength(t *testing.T) {
	half := slices.Concat(slices.Repeat([]float64{1}, 50), slices.Repeat([]float64{0}, 50))
	one, none := slices.Repeat([]float64{1}, 100), slices.Repeat([]float64{0}, 100)
	for name, test := range map[string]struct {
		scores    [][]float64
		threshold Threshold
		want      float64
		warnings  int
	}{
		"half-way between two lengths":   {[][]float64{one, one, half, none}, Threshold{Absolute: 0.75}, 64 * math.Pow(2, 1.5), 0},
		"relative to its own shortest":   {[][]float64{half, half, none, none}, Threshold{Relative: 0.5}, 64 * math.Pow(2, 1.5), 0},
		"below the threshold everywhere": {[][]float64{none, none, none, none}, Threshold{Absolute: 0.856}, 64, 1},
		"above the threshold everywhere": {[][]float64{one, one, one, one}, Threshold{Absolute: 0.856}, 512, 1},
		"the first fall counts":          {[][]float64{one, none, one, one}, Threshold{Absolute: 0.5}, 64 * math.Pow(2, 0.5), 0},
	} {
		t.Run(name, func(t *testing.T) {
			i, err := EffectiveLength([]int{64, 128, 256, 512}, test.scores, test.threshold, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(i.Center-test.want) > 1e-9 || len(i.Warnings) != test.warnings || i.Low > i.Center || i.High < i.Center {
				t.Errorf("%+v, want %v", i, test.want)
			}
		})
	}
	if _, err := EffectiveLength([]int{64}, [][]float64{one}, Threshold{}, 0.95); err == nil {
		t.Error("no threshold is taken")
	}
}
