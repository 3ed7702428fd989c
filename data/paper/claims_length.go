package paper

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// lengthClaims are the claims about Table 1: accuracy against length.
func (b book) lengthClaims() []Check {
	checks := slices.Concat(b.struggles(), b.greatestDecline())
	return append(checks, b.linearDecline(), b.attentionNearZero(), b.nonTrivial(), b.hybridPattern())
}

// struggles checks that every model does worse beyond its training length than at it.
func (b book) struggles() []Check {
	const quote = "All models, whether they use pure sequence layers, attention or a mix, struggle with extrapolating beyond their training context length."
	var checks []Check
	for _, m := range models {
		scores := b.byLength(1, m.name)
		at := slices.Index(lengths, m.trained)
		checks = append(checks, claim(1, m.name, quote, agreesIf(slices.Max(scores[at+1:]) < scores[at], CannotBe),
			"beyond %d tokens, the training length, the best is %.2f, at it %.2f", m.trained, slices.Max(scores[at+1:]), scores[at]))
	}
	return checks
}

// greatestDecline checks that the score falls most, from one length to its double, at the training length or
// beyond. Table 1 underlines the lengths that the paper means, but the underlines are not in its text.
func (b book) greatestDecline() []Check {
	const quote = "the decline in performance is greatest once the evaluated sequences are longer than the training context (with the mild exception of RWKV"
	var checks []Check
	for _, m := range models {
		if m.name == "RWKV" {
			continue
		}
		scores := b.byLength(1, m.name)
		step, fall := 0, 0.0
		for i := range len(scores) - 1 {
			if f := scores[i] - scores[i+1]; f > fall {
				step, fall = i, f
			}
		}
		c := claim(1, m.name, quote, Agrees, "the greatest fall, %.2f points, is from %d to %d tokens; training length %d",
			fall, lengths[step], lengths[step+1], m.trained)
		if lengths[step] < m.trained {
			c.Verdict = Undecided
			c.Explanation += " as its authors publish it, but the paper does not give the one it means"
		}
		checks = append(checks, c)
	}
	return checks
}

// linearDecline checks that RWKV's scores lie on a line over the logarithm of the length.
func (b book) linearDecline() Check {
	scores := b.byLength(1, "RWKV")
	doublings := []float64{0, 1, 2, 3, 4}
	intercept, slope := stat.LinearRegression(doublings, scores, nil, false)
	explained := stat.RSquared(doublings, scores, nil, intercept, slope)
	return claim(1, "RWKV", "RWKV which demonstrates approximately linear degredation as the sequences progressively double in length",
		agreesIf(explained > 0.95, Undecided), "a line that falls %.2f points a doubling explains %.1f%% of the variance", -slope, 100*explained)
}

// attentionNearZero checks that at 8,192 and 16,384 tokens, beyond the training length of every pure-attention
// model, each of them has less than 1 percent and less than every other model.
func (b book) attentionNearZero() Check {
	best, worst := 0.0, 100.0 // of pure attention, of the others
	for _, m := range models {
		for _, score := range b.byLength(1, m.name)[3:] { // 8,192 and 16,384 tokens
			if m.attends {
				best = max(best, score)
			}
		}
	}
	holds := true
	for i := range lengths[3:] {
		attention, others := 0.0, 100.0
		for _, m := range models {
			if score := b.byLength(1, m.name)[3+i]; m.attends {
				attention = max(attention, score)
			} else {
				others = min(others, score)
			}
		}
		holds = holds && others > attention
		worst = min(worst, others)
	}
	return claim(1, "", "linear sequence models do appear to extrapolate slightly better than pure-attention models, whose performance drop to near 0",
		agreesIf(holds && best < 1, CannotBe), "at 8192 and 16384 tokens no pure-attention model is above %.2f and every other is above them, at least %.2f", best, worst)
}

// nonTrivial checks that Mamba2 at 16,384 tokens has more than Transformer++ at 4,096, which the paper calls near
// 0.
func (b book) nonTrivial() Check {
	mamba := b.byLength(1, "Mamba2")[4]
	attention := b.byLength(1, "TPP")[2]
	return claim(1, "Mamba2", "these models do show non-trivial accuracy even when evaluated on the longer sequences",
		agreesIf(mamba > attention, Undecided),
		"at 16384 tokens Mamba2 has %.2f, less than the %.2f of TPP at 4096, which the paper calls near 0; it does not say which lengths are the longer ones",
		mamba, attention)
}

// hybridPattern checks that Mamba2 and the hybrid change places more than once over the lengths.
func (b book) hybridPattern() Check {
	pure, hybrid := b.byLength(1, "Mamba2"), b.byLength(1, "M2A")
	changes := 0
	for i := 1; i < len(pure); i++ {
		if math.Signbit(pure[i]-hybrid[i]) != math.Signbit(pure[i-1]-hybrid[i-1]) {
			changes++
		}
	}
	return claim(1, "", "there is no explicit pattern as to when one class [linear or hybrid] will perform better on one length or another",
		agreesIf(changes > 1, Undecided), "Mamba2 and M2A change places %d times between 1024 and 16384 tokens", changes)
}
