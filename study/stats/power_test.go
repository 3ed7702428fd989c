package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// Two proportions of the textbook: 0.7 against 0.8, unpaired answers at 80% power and 5%, take 2·0.1875·(1.96+0.8416)²/0.01 = 294.3.
func TestThePowerOfOneCheckpointIsTheTextbooks(t *testing.T) {
	p := Plan{Score: 0.7, Seeds: 1, Depths: 1, Confidence: 0.95}
	if n, _, err := p.Questions(0.1); err != nil || n != 295 {
		t.Errorf("%d questions, %v; want 295", n, err)
	}
	if d, ok, err := p.Resolves(295); err != nil || !ok || math.Abs(d-0.1) > 1e-3 {
		t.Errorf("295 questions resolve %v, %v", d, err)
	}
}

func TestNoNumberOfQuestionsSufficesWhereSeedsDifferMore(t *testing.T) {
	p := Plan{Score: 0.7, Seeds: 3, SeedSD: 0.8, Depths: 1, Confidence: 0.95}
	_, seeds, err := p.Questions(0.05)
	if !errors.Is(err, ErrNoNumberSuffices) || seeds <= 3 {
		t.Fatalf("%d seeds, %v", seeds, err)
	}
	p.Seeds = seeds
	if n, _, err := p.Questions(0.05); err != nil || n < 1 {
		t.Errorf("%d questions with %d seeds, %v", n, seeds, err)
	}
	p.SeedSD = 0
	p.Seeds = 3
	if n, _, err := p.Questions(0.05); err != nil || n < 100 {
		t.Errorf("%d questions where seeds do not differ, %v", n, err)
	}
}

// A plan's study is drawn 400 times; it finds what it resolves in 0.8 of the cases. The tolerance is four Monte Carlo errors.
func TestAPlanFindsWhatItResolves(t *testing.T) {
	const studies, tolerance, questions = 400, 0.08, 200
	random := rand.New(rand.NewPCG(4, 4))
	p := Plan{Score: 0.6, Seeds: 5, SeedSD: 0.3, Depths: 1, Confidence: 0.95}
	d, ok, err := p.Resolves(questions)
	if err != nil || !ok {
		t.Fatal(d, err)
	}
	found := 0
	draw := func(score float64) Pool {
		scores := make([]float64, 0, p.Seeds*questions)
		for range p.Seeds {
			chance := 1 / (1 + math.Exp(-math.Log(score/(1-score))-p.SeedSD*random.NormFloat64()))
			for range questions {
				y := 0.0
				if random.Float64() < chance {
					y = 1
				}
				scores = append(scores, y)
			}
		}
		return Pool{Seeds: p.Seeds, Strata: []Stratum{{Weight: 1, Scores: scores}}}
	}
	for range studies {
		of, err := ArchitectureDifference(draw(p.Score+d), draw(p.Score), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if of.P <= 0.05 {
			found++
		}
	}
	if share := float64(found) / studies; math.Abs(share-power) > tolerance {
		t.Errorf("finds %.3f points in %.3f of the studies, want 0.8", 100*d, share)
	}
}

func TestTheSameModelOnOtherSamplesIsConsistent(t *testing.T) {
	const studies = 2000
	random := rand.New(rand.NewPCG(9, 1))
	for _, score := range []float64{0.05, 0.5, 0.95} {
		share := func(n int) (scores []float64) {
			for range n {
				y := 0.0
				if random.Float64() < score {
					y = 1
				}
				scores = append(scores, y)
			}
			return scores
		}
		consistent := 0
		for range studies {
			p, err := AgainstPublished(Wilson(int(mean(share(250))*250+0.5), 250, 0.95), mean(share(250)), 250)
			if err != nil {
				t.Fatal(err)
			}
			if p.Consistent {
				consistent++
			}
		}
		if got := float64(consistent) / studies; got < 0.95-3*math.Sqrt(0.95*0.05/studies) {
			t.Errorf("score %.2f: consistent in %.3f of the cells", score, got)
		}
	}
}
