package compare

import (
	"fmt"

	"longseq/study/stats"
)

// Differences compares every pair of models in every cell of the keys; all of them are the family of PFamily.
func (x *Index) Differences(by []string, confidence float64) ([]Difference, error) {
	cells, list := x.cells(by), []Difference{}
	var flips []stats.Paired     // of checkpoint scope
	var flipped, tested []int    // places in list
	var tests []stats.Difference // of architecture scope
	first := make(map[int]int)   // of each group's questions, its number among all
	total := 0
	for _, s := range x.strata {
		if _, ok := first[x.numbers[s.group]]; !ok {
			first[x.numbers[s.group]] = total
			total += len(x.questions[s.group])
		}
	}
	for i, a := range x.models {
		for _, b := range x.models[i+1:] {
			for _, c := range cells {
				pa, pb, ok := x.pair(a, b, c.strata)
				if !ok {
					continue
				}
				d := Difference{A: a, B: b, Cell: c.Cell, Scope: Checkpoint}
				var of stats.Difference
				var err error
				if pa.Seeds > 1 && pb.Seeds > 1 {
					d.Scope = Architecture
					of, err = stats.ArchitectureDifference(pa, pb, confidence)
					tests, tested = append(tests, of), append(tested, len(list))
				} else {
					var paired stats.Paired
					if of, paired, err = stats.CheckpointDifference(pa, pb, confidence); err == nil {
						for k, q := range paired.Questions { // numbered within their group
							paired.Questions[k] = first[paired.Groups[k]] + q
						}
						flips, flipped = append(flips, paired), append(flipped, len(list))
					}
				}
				if err != nil {
					return nil, fmt.Errorf("compare %s with %s: %w", a, b, err)
				}
				d.Difference, d.Low, d.High, d.P = of.Center, of.Low, of.High, of.P
				list = append(list, d)
			}
		}
	}
	p, family := stats.SignFlips(flips)
	for k, i := range flipped {
		list[i].P, list[i].PFamily = p[k], family[k]
	}
	for k, adjusted := range stats.FamilyT(tests) {
		list[tested[k]].PFamily = adjusted
	}
	return list, nil
}
