package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// crossed draws right and wrong answers of seeds to questions at depths: what makes a question hard is shared, with weight ρ.
func crossed(random *rand.Rand, seeds, questions, depths int, logit, seedSD, rho float64) Pool {
	p := Pool{Seeds: seeds}
	hard, effects := make([]float64, questions), make([]float64, seeds)
	for q := range hard {
		hard[q] = random.NormFloat64()
	}
	for i := range effects {
		effects[i] = normalQuantile(1 / (1 + math.Exp(-logit-seedSD*random.NormFloat64())))
	}
	for range depths {
		var scores []float64
		for _, e := range effects {
			for _, h := range hard {
				y := 0.0
				if math.Sqrt(rho)*h+math.Sqrt(1-rho)*random.NormFloat64() < e {
					y = 1
				}
				scores = append(scores, y)
			}
		}
		p.Strata = append(p.Strata, Stratum{Weight: 1 / float64(depths), Scores: scores})
	}
	return p
}

// A two-way table whose sums of squares are exact by hand: 2 seeds and 3 questions,
//
//	1 1 0
//	1 0 0
//
// Seeds' means 2/3 and 1/3: variance 1/18, over 2 seeds 1/36. Questions' means 1, 1/2, 0: 1/4, over 3 questions 1/12. Residuals ±1/6,
// ±1/3, ±1/6: squares 2·(1/36+1/9+1/36) = 1/3, over 2 degrees of freedom 1/6, over 6 answers 1/36.
func TestTheTwoWayVarianceIsTheTablesByHand(t *testing.T) {
	p := Pool{Seeds: 2, Strata: []Stratum{{Weight: 1, Scores: []float64{1, 1, 0, 1, 0, 0}}}}
	v := p.spread().twoWay()
	for name, of := range map[string][2]float64{"seed": {v.seed, 1. / 36}, "question": {v.question, 1. / 12}, "residual": {v.residual, 1. / 36}, "total": {v.total(), 1. / 12}} {
		if math.Abs(of[0]-of[1]) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, of[0], of[1])
		}
	}
}

// The same scores, asked in two strata, once of the same questions and once of others.
func TestStrataWithQuestionsOfTheirOwnAreCombinedAsMOVERDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	a, b := crossed(random, 1, 80, 1, 1, 0, 0), crossed(random, 1, 80, 1, -1, 0, 0)
	p := Pool{Seeds: 1, Strata: []Stratum{{Group: 0, Weight: 0.5, Scores: a.Strata[0].Scores}, {Group: 1, Weight: 0.5, Scores: b.Strata[0].Scores}}}
	want := MeanOf([]Interval{Gaffke(a.Strata[0].Scores, 0.95), Gaffke(b.Strata[0].Scores, 0.95)})
	got := CheckpointMean(p, 0.95)
	if math.Abs(got.Low-want.Low) > 1e-12 || math.Abs(got.High-want.High) > 1e-12 || got.N != 160 {
		t.Errorf("%v of %d, want %v", got, got.N, want)
	}
	nan := math.NaN() // the same, as one group whose strata share no question
	first, second := make([]float64, 160), make([]float64, 160)
	for q := range first {
		first[q], second[q] = nan, nan
		if q < 80 {
			first[q] = a.Strata[0].Scores[q]
		} else {
			second[q] = b.Strata[0].Scores[q-80]
		}
	}
	apart := CheckpointMean(Pool{Seeds: 1, Strata: []Stratum{{Weight: 0.5, Scores: first}, {Weight: 0.5, Scores: second}}}, 0.95)
	if math.Abs(apart.Low-want.Low) > 1e-12 || math.Abs(apart.High-want.High) > 1e-12 {
		t.Errorf("%v, want %v", apart, want)
	}
}

// A tenth of the answers is missing at random: the number is the mean of the strata's means, and the interval is a little wider.
func TestMissingAnswersDoNotShiftANumber(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 9))
	for _, seeds := range []int{1, 4} {
		p := crossed(random, seeds, 150, 4, 0.5, 0.3, 0.4)
		whole := ArchitectureMean(p, 0.95)
		want := 0.0
		for _, s := range p.Strata {
			for i := range s.Scores {
				if random.Float64() < 0.1 {
					s.Scores[i] = math.NaN()
				}
			}
			means, _ := p.stratumMeans(s)
			want += s.Weight * mean(means)
		}
		got := ArchitectureMean(p, 0.95)
		if math.Abs(got.Center-want) > 1e-12 {
			t.Errorf("%d seeds: %v, want %v", seeds, got.Center, want)
		}
		if ratio := (got.High - got.Low) / (whole.High - whole.Low); ratio < 0.8 || ratio > 1.25 {
			t.Errorf("%d seeds: the width is %.2f times that of all answers", seeds, ratio)
		}
	}
}

// A small form of the long simulation in package compare: 3 and 5 seeds whose effects have sd 0.5 on the logit, 100 questions at 3
// depths; 600 studies each. Bounds: the confidence, 4 Monte Carlo errors, and 0.01 of the methods' own.
func TestBothScopesCoverTheTruthWhereSeedsAndQuestionsAreCrossed(t *testing.T) {
	const studies = 600
	slack := 4*math.Sqrt(0.95*0.05/studies) + 0.01
	random := rand.New(rand.NewPCG(3, 9))
	for _, design := range []struct {
		seeds       int
		logit, sd   float64
		truth       float64
		differences bool
	}{
		{1, 0, 0, 0.5, false}, {3, 0, 0.5, 0.5, false}, {5, 0, 0.5, 0.5, false}, {3, 0, 0.5, 0, true}, {5, 2, 0.5, 0, true},
	} {
		hits := 0
		for range studies {
			p := crossed(random, design.seeds, 100, 3, design.logit, design.sd, 0.3)
			i := ArchitectureMean(p, 0.95)
			if design.differences {
				d, err := ArchitectureDifference(p, crossed(random, design.seeds, 100, 3, design.logit, design.sd, 0.3), 0.95)
				if err != nil {
					t.Fatal(err)
				}
				i = d.Interval
				if (d.P <= 0.05) == (d.Low <= 0 && 0 <= d.High) {
					t.Fatalf("p is %v of %v", d.P, d.Interval)
				}
			}
			if i.Low <= design.truth && design.truth <= i.High {
				hits++
			}
		}
		if share := float64(hits) / studies; share < 0.95-slack {
			t.Errorf("%+v: covers in %.3f", design, share)
		}
	}
}

// All signs of 10 questions, enumerated: the marginal p-value within four Monte Carlo errors.
func TestSignFlipsAreTheExactTest(t *testing.T) {
	adds := []float64{1, 1, 1, -1, 1, 0.5, 1, 1, -0.5, 1}
	exact := func(adds []float64) float64 {
		sum := 0.0
		for _, a := range adds {
			sum += a
		}
		beyond := 0
		for signs := range 1 << len(adds) {
			flipped := 0.0
			for k, a := range adds {
				if signs>>k&1 == 1 {
					a = -a
				}
				flipped += a
			}
			if math.Abs(flipped) >= math.Abs(sum)-1e-9 {
				beyond++
			}
		}
		return float64(beyond) / float64(int(1)<<len(adds))
	}
	pair := func(adds []float64) Paired {
		p := Paired{Adds: adds}
		for k := range adds {
			p.Groups, p.Questions = append(p.Groups, 0), append(p.Questions, k)
		}
		return p
	}
	other := []float64{1, -1, 1, -1, 1, 0.5, -1, 1, -0.5, 1}
	p, family := SignFlips([]Paired{pair(adds), pair(other), pair(make([]float64, 10))})
	for k, want := range []float64{exact(adds), exact(other), 1} {
		if math.Abs(p[k]-want) > 4*math.Sqrt(want*(1-want)/mostFlips)+1e-3 {
			t.Errorf("pair %d: p is %v, want %v", k, p[k], want)
		}
		if family[k] < p[k] {
			t.Errorf("pair %d: %v among all, %v alone", k, family[k], p[k])
		}
	}
	if alone, of := SignFlips([]Paired{pair(adds)}); alone[0] != of[0] {
		t.Errorf("a family of one: %v and %v", alone, of)
	}
}
