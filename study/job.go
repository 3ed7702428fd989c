package study

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A job is the unit that is never divided between shards: a cell, or all distances of a retention
// curve, which share one reading.
type job struct {
	cells []Cell
	cost  float64 // tokens of a sample
}

func (j job) model() string { return j.cells[0].Model }

// jobs groups the cells of a plan, which keep their order, into jobs.
func (r Resolved) jobs(cells []Cell) []job {
	var jobs []job
	for _, c := range cells {
		if c.Distance > 0 && len(jobs) > 0 {
			if last := &jobs[len(jobs)-1]; last.cells[0].sameReading(c) {
				last.cells = append(last.cells, c)
				continue
			}
		}
		jobs = append(jobs, job{cells: []Cell{c}})
	}
	for i := range jobs {
		jobs[i].cost = float64(jobs[i].cells[0].tokens(r.Plan))
	}
	return jobs
}

// sameReading reports whether both cells are distances of one retention curve.
func (c Cell) sameReading(o Cell) bool {
	if c.Distance == 0 || o.Distance == 0 {
		return false
	}
	c.ID, o.ID, c.Distance, o.Distance = "", "", 0, 0
	return c == o
}

// tokens is the length of a sample of the cell; of a retention curve, of the whole reading without
// its questions, whose tokens only the model knows.
func (c Cell) tokens(p Plan) int {
	if c.Distance > 0 {
		return slices.Max(p.Distances)
	}
	return c.Length
}

// A block is a fixed range of sample numbers of a job, answered in one batch.
type block struct {
	job
	from, to int // sample numbers from <= n < to
}

// tokens of the block's samples.
func (b block) tokens() float64 { return b.cost * float64(b.to-b.from) }

// present returns the numbers of the samples that the store has, by cell.
func (s *Store) present() map[string][]int {
	numbers := make(map[string][]int)
	for _, r := range s.Records {
		if r.Sample >= 0 {
			numbers[r.Cell] = append(numbers[r.Cell], r.Sample)
		}
	}
	return numbers
}

// todo counts the samples of the job that are missing, and the numbers of samples in blocks that miss any. present has the
// numbers of the samples in the store, by cell. It takes no time for samples that are not there.
func (j job) todo(present map[string][]int, samples, batch int) (missing, asked int) {
	found := make(map[int]int) // samples of all cells, by block
	for _, c := range j.cells {
		for _, number := range present[c.ID] {
			if number < samples {
				found[number/batch]++
			}
		}
	}
	missing, asked = len(j.cells)*samples, samples
	for at, n := range found {
		missing -= n
		if size := min(batch, samples-at*batch); n == len(j.cells)*size {
			asked -= size
		}
	}
	return missing, asked
}

// missing counts the block's samples that are not in the store.
func (b block) missing(s *Store) int {
	n := 0
	for _, c := range b.cells {
		for i := b.from; i < b.to; i++ {
			if !s.has(c.ID, i) {
				n++
			}
		}
	}
	return n
}

// A Shard is one of several processes that share a plan: number Index, from 0, of Of. The zero
// value means the whole plan.
type Shard struct{ Index, Of int }

// ParseShard reads "I/N", with I from 0 to N-1.
func ParseShard(s string) (Shard, error) {
	index, of, _ := strings.Cut(s, "/")
	i, errI := strconv.Atoi(index)
	n, errN := strconv.Atoi(of)
	if errI != nil || errN != nil || i < 0 || i >= n {
		return Shard{}, fmt.Errorf("shard %q; want I/N with I from 0 to N-1, such as 0/4", s)
	}
	return Shard{i, n}, nil
}

// of returns the shard's part of the jobs. The jobs are sorted by model, within a model by falling
// cost, ties by the hash of the cell, and the list is cut into Of parts of equal cost. So a
// shard loads few models: all shards together load at most one for each model and one for each cut.
func (s Shard) of(jobs []job) []job {
	if s.Of <= 1 {
		return jobs
	}
	order := make(map[string]int)
	var total float64
	for _, j := range jobs {
		if _, ok := order[j.model()]; !ok {
			order[j.model()] = len(order)
		}
		total += j.cost
	}
	row := slices.Clone(jobs)
	slices.SortStableFunc(row, func(a, b job) int {
		return cmp.Or(cmp.Compare(order[a.model()], order[b.model()]), cmp.Compare(b.cost, a.cost),
			cmp.Compare(a.cells[0].ID, b.cells[0].ID))
	})
	var mine []job
	before := 0.0
	for _, j := range row {
		middle := before + j.cost/2
		if min(int(middle/total*float64(s.Of)), s.Of-1) == s.Index {
			mine = append(mine, j)
		}
		before += j.cost
	}
	return mine
}
