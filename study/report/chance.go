package report

import (
	"fmt"
	"slices"
	"strings"

	"longseq/study/figure"
)

// chance returns the chance level of the records of each length, 0 to 1, as the plan has it: the score of the best answer that
// does not look at what is asked, a mean over the records. It is nil if that of any task is not known.
func (s Summary) chance() map[int]float64 {
	levels := map[string][]float64{}
	for _, t := range s.plan.Tasks {
		levels[t.Name] = t.Chance
	}
	sum, n := map[int]float64{}, map[int]int{}
	at := map[int]int{} // places of lengths in the plan
	for i, length := range s.plan.Plan.Lengths {
		at[length] = i
	}
	for _, r := range s.Records {
		if r.Distance > 0 {
			continue
		}
		i, known := at[r.Length]
		if level := levels[r.Task]; known && i < len(level) {
			sum[r.Length] += level[i]
			n[r.Length]++
			continue
		}
		return nil
	}
	for length := range sum {
		sum[length] /= float64(n[length])
	}
	return sum
}

// chanceNote says the chance levels, in percent, or is empty.
func (s Summary) chanceNote() string {
	levels := s.chance()
	if len(levels) == 0 {
		return ""
	}
	var each []string
	for _, length := range s.Lengths() {
		each = append(each, fmt.Sprintf("%.1f%%", 100*levels[length]))
	}
	if len(slices.Compact(slices.Clone(each))) == 1 {
		each = each[:1]
	}
	return " Chance: " + strings.Join(each, ", ") + "."
}

// sameChance is how far, as a fraction, the chance levels of a figure's lengths may be apart to be one line.
const sameChance = 0.01

// withChance returns the options with the chance level of the records, if it is known and about the same at all lengths.
func (s Summary) withChance(o figure.Options) figure.Options {
	levels := s.chance()
	if o.Chance != 0 || len(levels) == 0 {
		return o
	}
	low, high := 1.0, 0.0
	for _, level := range levels {
		low, high = min(low, level), max(high, level)
	}
	if high-low <= sameChance {
		o.Chance = 100 * (low + high) / 2
	}
	return o
}
