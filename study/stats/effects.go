package stats

// components returns the components of the variance of cell means without a block of questions, -1: with all, and their names.
func (l Layout) components(cells [][][]blocked, block int) (names []string, values []float64) {
	models := len(cells)
	mu := make([][][]float64, models) // [model][seed][stratum]
	several := true                   // seeds of every model
	for m, seeds := range cells {
		several = several && len(seeds) > 1
		for _, strata := range seeds {
			row := make([]float64, len(strata))
			for s, c := range strata {
				row[s] = c.without(block)
			}
			mu[m] = append(mu[m], row)
		}
	}
	byModel := make([][]float64, models) // over seeds
	for m, seeds := range mu {
		byModel[m] = make([]float64, len(l.Levels))
		for _, row := range seeds {
			for s, y := range row {
				byModel[m][s] += y / float64(len(seeds))
			}
		}
	}
	add := func(name string, value float64) {
		names, values = append(names, name), append(values, value)
	}
	var factors []int
	for f := range l.Factors {
		if l.levels(f) > 1 {
			factors = append(factors, f)
		}
	}
	// blur is what seeds add to the variance of models' means over levels, from their deviations.
	seedMain, blurMain := 0.0, 0.0
	seedBy, blurBy := make([]float64, len(factors)), make([]float64, len(factors))
	if several {
		for _, seeds := range mu {
			of := make([][]float64, len(seeds)) // one level: the seed's mean
			for i, row := range seeds {
				of[i] = []float64{mean(row)}
			}
			v := seedVariance(of)
			seedMain += v / float64(models)
			blurMain += v / float64(len(seeds)) / float64(models)
			for k, f := range factors {
				for i, row := range seeds {
					of[i] = centred(l.margin(row, f))
				}
				v := seedVariance(of)
				seedBy[k] += v / float64(models)
				blurBy[k] += v / float64(len(seeds)) / float64(models)
			}
		}
	}
	rest := 1 - 1/float64(models) // of a model's blur, what is not in the mean of all
	if models > 1 {
		means := make([]float64, models)
		for m, row := range byModel {
			means[m] = mean(row)
		}
		add(l.Models, spreadOf(means)-rest*blurMain)
	}
	if several {
		add("seed", seedMain)
	}
	average := make([]float64, len(l.Levels))
	for _, row := range byModel {
		for s, y := range row {
			average[s] += y / float64(models)
		}
	}
	for k, f := range factors {
		add(l.Factors[f], spreadOf(l.margin(average, f))-blurBy[k]/float64(models))
	}
	for k, f := range factors {
		if models > 1 {
			of := 0.0
			all := centred(l.margin(average, f))
			for _, row := range byModel {
				for level, y := range centred(l.margin(row, f)) {
					of += (y - all[level]) * (y - all[level])
				}
			}
			add(l.Models+":"+l.Factors[f], of/float64(models*l.levels(f))-rest*blurBy[k])
		}
		if several {
			add("seed:"+l.Factors[f], seedBy[k])
		}
	}
	for k, f := range factors {
		for _, g := range factors[k+1:] {
			add(l.Factors[f]+":"+l.Factors[g], l.interaction(average, f, g))
		}
	}
	return names, values
}

// margin returns the mean of a row over strata at each level of a factor.
func (l Layout) margin(row []float64, factor int) []float64 {
	sums, counts := make([]float64, l.levels(factor)), make([]float64, l.levels(factor))
	for s, y := range row {
		sums[l.Levels[s][factor]] += y
		counts[l.Levels[s][factor]]++
	}
	for i := range sums {
		sums[i] /= counts[i]
	}
	return sums
}

// interaction returns the variance of what two factors do together and neither does alone.
func (l Layout) interaction(row []float64, f, g int) float64 {
	a, b, all := l.margin(row, f), l.margin(row, g), mean(row)
	sums, counts := make(map[[2]int]float64), make(map[[2]int]float64)
	for s, y := range row {
		at := [2]int{l.Levels[s][f], l.Levels[s][g]}
		sums[at] += y
		counts[at]++
	}
	v := 0.0
	for i := range a {
		for j := range b {
			at := [2]int{i, j}
			d := sums[at]/counts[at] - a[i] - b[j] + all
			v += d * d
		}
	}
	return v / float64(len(a)*len(b))
}

// seedVariance returns the variance over seeds of each level's value, [seed][level], averaged over levels.
func seedVariance(values [][]float64) float64 {
	v := 0.0
	for level := range values[0] {
		of := make([]float64, len(values))
		for i, row := range values {
			of[i] = row[level]
		}
		v += variance(of) / float64(len(values[0]))
	}
	return v
}

// spreadOf returns the mean square of values around their mean.
func spreadOf(values []float64) float64 {
	v := 0.0
	for _, y := range centred(values) {
		v += y * y
	}
	return v / float64(len(values))
}

// centred returns values minus their mean.
func centred(values []float64) []float64 {
	m, list := mean(values), make([]float64, len(values))
	for i, y := range values {
		list[i] = y - m
	}
	return list
}
