package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"longseq/study/stats"
)

// A design is a study whose truth is known. A model's probability of a right answer is logistic(logit + seed effect), with a normal
// seed effect of sd seedSD on the logit, and a question's difficulty is shared by seeds, models and depths: an answer is right where
// √ρ·z_question + √(1-ρ)·z_answer falls below the probability's normal quantile.
type design struct {
	seeds, questions, depths int
	seedSD, correlation      float64
	mean                     float64 // true score, over seeds
	parts                    int     // answers that a score averages; 1: right or wrong
}

func (d design) String() string {
	return fmt.Sprintf("%d seeds sd %.1f, %d questions, %d depths, corr %.1f, mean %.2f, parts %d", d.seeds, d.seedSD, d.questions, d.depths, d.correlation, d.mean, d.parts)
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// center returns the logit at which the mean over seeds is m.
func center(m, sd float64) float64 {
	over := func(c float64) float64 {
		sum, weights := 0.0, 0.0
		for z := -6.0; z <= 6; z += 0.05 {
			w := math.Exp(-z * z / 2)
			sum += w * logistic(c+sd*z)
			weights += w
		}
		return sum / weights
	}
	low, high := -20.0, 20.0
	for range 60 {
		if c := (low + high) / 2; over(c) < m {
			low = c
		} else {
			high = c
		}
	}
	return (low + high) / 2
}

// A drawn study draws answers of models, trained with seeds, to questions that are as hard for all of them.
type drawn struct {
	random *rand.Rand
	d      design
}

// hardness draws the questions' z.
func (s drawn) hardness() []float64 {
	z := make([]float64, s.d.questions)
	for i := range z {
		z[i] = s.random.NormFloat64()
	}
	return z
}

// effects draws the seeds' effects on the logit.
func (s drawn) effects() []float64 {
	effects := make([]float64, s.d.seeds)
	for i := range effects {
		effects[i] = s.d.seedSD * s.random.NormFloat64()
	}
	return effects
}

// pool draws a model's answers at one length; logit is infinite where it is never or always right.
func (s drawn) pool(group int, logit float64, effects, hardness []float64) stats.Pool {
	p := stats.Pool{Seeds: s.d.seeds}
	a, b := math.Sqrt(s.d.correlation), math.Sqrt(1-s.d.correlation)
	thresholds := make([]float64, s.d.seeds)
	for i, e := range effects {
		thresholds[i] = distuv.UnitNormal.Quantile(min(max(logistic(logit+e), 0), 1))
	}
	for range s.d.depths {
		scores := make([]float64, 0, s.d.seeds*s.d.questions)
		for _, threshold := range thresholds {
			for _, z := range hardness {
				right := 0
				for range s.d.parts {
					if a*z+b*s.random.NormFloat64() < threshold {
						right++
					}
				}
				scores = append(scores, float64(right)/float64(s.d.parts))
			}
		}
		p.Strata = append(p.Strata, stats.Stratum{Group: group, Weight: 1 / float64(s.d.depths), Scores: scores})
	}
	return p
}

// logit is the one at which a model has the score, over seeds.
func (d design) logit(score float64) float64 {
	switch {
	case score <= 0:
		return math.Inf(-1)
	case score >= 1:
		return math.Inf(1)
	}
	return center(score, d.seedSD)
}

// studies is how many studies of a design the long simulation draws; 0: it is not asked for.
func studies(t *testing.T) int {
	n, _ := strconv.Atoi(os.Getenv("LONGSEQ_SIMULATE"))
	if n == 0 {
		t.Skip("set LONGSEQ_SIMULATE to a number of studies, 1000 say: it takes minutes")
	}
	return n
}

// coverage returns how often the interval of one score holds the truth, its mean width, and the width of an oracle that knows the
// standard deviation of the estimate: 2·1.96 of it over the studies.
func coverage(d design, n int, seed uint64) (share, width, oracle float64) {
	s := drawn{rand.New(rand.NewPCG(seed, 17)), d}
	logit := d.logit(d.mean)
	var sum, squares, hits float64
	for range n {
		i := estimate(s.pool(0, logit, s.effects(), s.hardness()), 0.95)
		if i.Low <= d.mean+1e-9 && d.mean-1e-9 <= i.High {
			hits++
		}
		width += i.High - i.Low
		sum += i.Center
		squares += i.Center * i.Center
	}
	k := float64(n)
	sd := math.Sqrt(max(0, squares/k-sum*sum/k/k))
	return hits / k, width / k, 2 * 1.96 * sd
}

func TestSimulatedCoverageOfArchitectures(t *testing.T) {
	n := studies(t)
	for _, means := range [][]float64{{0.1, 0.5, 0.9}, {0.02, 0.98}} {
		var list []float64
		for _, seeds := range []int{3, 5, 10} {
			var wide []float64
			for _, sd := range []float64{0, 0.4, 0.8} {
				for _, shape := range []design{{depths: 1, parts: 1}, {depths: 5, parts: 1, correlation: 0.3}, {depths: 7, parts: 1, correlation: 0.6}, {depths: 1, parts: 3, correlation: 0.3}} {
					line := ""
					for _, m := range means {
						d := shape
						d.seeds, d.questions, d.seedSD, d.mean = seeds, 150, sd, m
						share, width, oracle := coverage(d, n, uint64(len(list)))
						list, wide = append(list, share), append(wide, width/oracle)
						line += fmt.Sprintf("  %.2f: %.3f %.2fx", m, share, width/oracle)
					}
					t.Logf("%2d seeds sd %.1f, %d depths, corr %.1f, parts %2d %s", seeds, sd, shape.depths, shape.correlation, shape.parts, line)
				}
			}
			t.Logf("%d seeds: mean width %.2f oracles", seeds, average(wide))
		}
		t.Logf("scores %v, %d designs: mean coverage %.4f, least %.3f", means, len(list), average(list), least(list))
	}
}

func TestSimulatedCoverageOfCheckpoints(t *testing.T) {
	n := studies(t)
	var list, wide []float64
	for _, questions := range []int{150, 250} {
		for _, shape := range []design{{depths: 1, parts: 1}, {depths: 7, parts: 1, correlation: 0.1}, {depths: 7, parts: 1, correlation: 0.3}, {depths: 5, parts: 3, correlation: 0.6}} {
			for _, m := range []float64{0, 0.02, 0.3, 0.5, 0.9, 0.98, 1} {
				d := shape
				d.seeds, d.questions, d.mean = 1, questions, m
				share, width, oracle := coverage(d, n, uint64(len(list)))
				if list = append(list, share); oracle > 1e-6 { // at 0 and 1 no score varies
					wide = append(wide, width/oracle)
				}
			}
		}
	}
	t.Logf("%d designs: mean coverage %.4f, least %.3f, mean width %.2f oracles", len(list), average(list), least(list), average(wide))
}

// An effective length's interval is to hold that of the true curve: on a steep curve, on a plateau near the threshold, and on one that
// crosses it just at an asked length.
func TestSimulatedCoverageOfEffectiveLengths(t *testing.T) {
	n := studies(t)
	lengths := []int{64, 128, 256, 512, 1024}
	var list []float64
	for _, shape := range []design{{seeds: 1, depths: 1}, {seeds: 1, depths: 5, correlation: 0.3}, {seeds: 3, depths: 5, correlation: 0.3, seedSD: 0.4},
		{seeds: 5, depths: 5, correlation: 0.3, seedSD: 0.4}, {seeds: 10, depths: 5, correlation: 0.1, seedSD: 0.8}} {
		for k, curve := range [][]float64{{0.98, 0.95, 0.7, 0.3, 0.1}, {0.95, 0.9, 0.87, 0.84, 0.6}, {0.95, 0.9, 0.856, 0.6, 0.3}, {0.99, 0.98, 0.97, 0.96, 0.95},
			{0.7, 0.5, 0.3, 0.2, 0.1}} {
			d := shape
			d.questions, d.parts = 200, 1
			truth := math.NaN() // NaN: above all, or below all, lengths
			for i := 1; i < len(curve) && curve[0] >= DefaultThreshold; i++ {
				if curve[i] < DefaultThreshold {
					share := (curve[i-1] - DefaultThreshold) / (curve[i-1] - curve[i])
					truth = float64(lengths[i-1]) * math.Exp2(share*math.Log2(float64(lengths[i])/float64(lengths[i-1])))
					break
				}
			}
			s := drawn{rand.New(rand.NewPCG(uint64(len(list)), 18)), d}
			hits := 0.0
			for range n {
				effects := s.effects()
				margins := make([]stats.Interval, len(lengths))
				for i, score := range curve {
					margins[i] = stats.Threshold{Absolute: DefaultThreshold}.Over(estimate(s.pool(i, d.logit(score), effects, s.hardness()), 0.95), stats.Interval{}, false)
				}
				reach, err := stats.FixedSequence(lengths, margins)
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case math.IsNaN(truth) && curve[0] >= DefaultThreshold: // beyond the longest
					if math.IsNaN(reach.High) {
						hits++
					}
				case math.IsNaN(truth):
					if math.IsNaN(reach.Low) {
						hits++
					}
				case (math.IsNaN(reach.Low) || reach.Low <= truth+1e-6) && (math.IsNaN(reach.High) || truth-1e-6 <= reach.High):
					hits++
				}
			}
			list = append(list, hits/float64(n))
			t.Logf("%d seeds sd %.1f, %d depths, corr %.1f, curve %d: %.3f", d.seeds, d.seedSD, d.depths, d.correlation, k+1, hits/float64(n))
		}
	}
	t.Logf("%d designs: mean coverage %.4f, least %.3f", len(list), average(list), least(list))
}

// family draws a study of models at lengths, compares all pairs and returns the p-values among all of them, and the pairs; scores are the
// models' true ones. A seed's effect is the same at all lengths.
func (s drawn) family(t *testing.T, scores []float64, lengths int) (family []float64, pairs [][2]int) {
	var tests []stats.Difference
	var flips []stats.Paired
	pools := make([][]stats.Pool, len(scores))
	hard := make([][]float64, lengths)
	for l := range hard {
		hard[l] = s.hardness()
	}
	for m, score := range scores {
		effects := s.effects()
		for l := range lengths {
			pools[m] = append(pools[m], s.pool(l, s.d.logit(score), effects, hard[l]))
		}
	}
	for a := range scores {
		for b := range a {
			for l := range lengths {
				pairs = append(pairs, [2]int{a, b})
				if s.d.seeds > 1 {
					d, err := stats.ArchitectureDifference(pools[a][l], pools[b][l], 0.95)
					if err != nil {
						t.Fatal(err)
					}
					tests = append(tests, d)
					continue
				}
				_, paired, err := stats.CheckpointDifference(pools[a][l], pools[b][l], 0.95)
				if err != nil {
					t.Fatal(err)
				}
				for i := range paired.Questions {
					paired.Questions[i] += l * s.d.questions
				}
				flips = append(flips, paired)
			}
		}
	}
	if s.d.seeds > 1 {
		return stats.FamilyT(tests), pairs
	}
	_, family = stats.SignFlips(flips)
	return family, pairs
}

func TestSimulatedFamilyError(t *testing.T) {
	n := studies(t)
	var list []float64
	for _, seeds := range []int{10, 1, 5, 3} {
		for _, sd := range []float64{0, 0.4, 0.8} {
			if seeds == 1 && sd > 0 {
				continue
			}
			for _, shape := range []design{{depths: 3, parts: 1, correlation: 0.3}} {
				for _, score := range []float64{0.02, 0.5} {
					d := shape
					d.seeds, d.questions, d.seedSD, d.mean = seeds, 150, sd, score
					s := drawn{rand.New(rand.NewPCG(uint64(len(list)), 3)), d}
					wrong := 0
					rounds := n
					if seeds == 1 {
						rounds = n / 2
					}
					for range rounds {
						family, _ := s.family(t, []float64{score, score, score, score, score, score}, 5)
						if least(family) <= 0.05 {
							wrong++
						}
					}
					list = append(list, float64(wrong)/float64(rounds))
					t.Logf("%v: wrong in %.3f", d, list[len(list)-1])
				}
			}
		}
	}
	t.Logf("%d designs: mean %.4f, most %.3f", len(list), average(list), -least(negative(list)))
}

func negative(x []float64) []float64 {
	n := make([]float64, len(x))
	for i, v := range x {
		n[i] = -v
	}
	return n
}

func TestSimulatedPowerOfCheckpoints(t *testing.T) {
	n := studies(t)
	for _, correlation := range []float64{0, 0.3, 0.6} {
		s := drawn{rand.New(rand.NewPCG(8, 3)), design{seeds: 1, questions: 250, depths: 5, correlation: correlation, parts: 1}}
		found, all := 0.0, 0.0
		for range n / 10 {
			family, pairs := s.family(t, []float64{0.8, 0.7, 0.7, 0.7, 0.7, 0.7}, 5)
			for i, p := range pairs {
				if p[1] == 0 {
					if all++; family[i] <= 0.05 {
						found++
					}
				}
			}
		}
		t.Logf("correlation %.1f: 0.7 against 0.8 is found in %.3f", correlation, found/all)
	}
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func least(x []float64) float64 {
	m := math.Inf(1)
	for _, v := range x {
		m = min(m, v)
	}
	return m
}
