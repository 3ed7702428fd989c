package study

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A job is a range of sample numbers of a cell, or of all distances of a retention curve, which share one reading.
type job struct {
	cells    []Cell
	cost     float64 // tokens of a sample
	from, to int     // sample numbers from <= n < to
	batch    int     // of the plan
	size     int     // samples in a block, at most batch
}

func (j job) model() string { return j.cells[0].Model }

// maxBlockTokens is about how many tokens a block has at most, unless a single sample has more: a process that is told to
// end must finish its block within the 30 seconds that Slurm and Kubernetes give it, and 5,000 tokens a second is slow.
const maxBlockTokens = 100_000

// jobs groups the cells of a plan, which keep their order, into jobs of all samples.
func (r Resolved) jobs(cells []Cell) []job {
	var jobs []job
	for _, c := range cells {
		if c.Distance > 0 && len(jobs) > 0 {
			if last := &jobs[len(jobs)-1]; last.cells[0].sameReading(c) {
				last.cells = append(last.cells, c)
				continue
			}
		}
		jobs = append(jobs, job{cells: []Cell{c}, to: r.Plan.Samples, batch: r.Plan.Batch})
	}
	for i := range jobs {
		j := &jobs[i]
		j.cost = float64(j.cells[0].tokens(r.Plan))
		// Halved, so that blocks of equal size fill a batch of the usual sizes, and few shapes are compiled.
		for j.size = j.batch; j.size > 1 && j.cost*float64(j.size) > maxBlockTokens; {
			j.size = (j.size + 1) / 2
		}
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

// tokens of the job's samples.
func (j job) tokens() float64 { return j.cost * float64(j.to-j.from) }

// A block is a fixed range of sample numbers of a job, answered in one batch. The blocks of a cell are its batches, each
// cut into as many parts as its tokens need, so that they are the same whatever the job's range.
type block struct{ job }

// block returns the block of a sample.
func (j job) block(sample int) block {
	batch := sample / j.batch * j.batch
	b := block{j}
	b.from = batch + (sample-batch)/j.size*j.size
	b.to = min(b.from+j.size, batch+j.batch, j.to)
	return b
}

// blocks is the number of blocks of the samples before a number at which a block begins or the cell ends.
func (j job) blocks(sample int) int {
	parts := (j.batch + j.size - 1) / j.size
	return sample/j.batch*parts + (sample%j.batch+j.size-1)/j.size
}

// begin is the number of the first sample of a block, counted from the cell's first one.
func (j job) begin(number int) int {
	parts := (j.batch + j.size - 1) / j.size
	return min(number/parts*j.batch+number%parts*j.size, j.to)
}

// todo counts the samples of the job that are missing, and the numbers of samples in blocks that miss any. It takes no
// time for samples that are not there.
func (j job) todo(p *presence) (missing, asked int) {
	found := make(map[int]int) // samples of all cells, by the first sample of their block
	for _, c := range j.cells {
		for number := range p.samples(c.ID) {
			if number >= j.from && number < j.to {
				found[j.block(number).from]++
			}
		}
	}
	missing, asked = len(j.cells)*(j.to-j.from), j.to-j.from
	for from, n := range found {
		missing -= n
		if b := j.block(from); n == len(j.cells)*(b.to-b.from) {
			asked -= b.to - b.from
		}
	}
	return missing, asked
}

// missing counts the block's samples that are not in the store.
func (b block) missing(p *presence) int {
	n := 0
	for _, c := range b.cells {
		for i := b.from; i < b.to; i++ {
			if !p.has(c.ID, i) {
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

// String is as ParseShard reads it; empty for the whole plan.
func (s Shard) String() string {
	if s == (Shard{}) {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// of returns the shard's part of the jobs, which have all samples. It is a function of the plan alone. The jobs are
// sorted by model, within a model by falling cost, ties by the hash of the cell, and the list of their blocks is cut into
// Of parts of equal tokens. So a shard loads few models: all shards together load at most one for each model and one for
// each cut.
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
		total += j.tokens()
	}
	row := slices.Clone(jobs)
	slices.SortStableFunc(row, func(a, b job) int {
		return cmp.Or(cmp.Compare(order[a.model()], order[b.model()]), cmp.Compare(b.cost, a.cost),
			cmp.Compare(a.cells[0].ID, b.cells[0].ID))
	})
	var mine []job
	before := 0.0
	for _, j := range row {
		// The shard of a block is that of its middle. It grows with the block's number.
		shard := func(number int) int {
			middle := before + j.cost*float64(j.begin(number)+j.begin(number+1))/2
			return min(int(middle/total*float64(s.Of)), s.Of-1)
		}
		all := j.blocks(j.to)
		first := sort.Search(all, func(k int) bool { return shard(k) >= s.Index })
		end := sort.Search(all, func(k int) bool { return shard(k) > s.Index })
		before += j.tokens()
		if first < end {
			j.from, j.to = j.begin(first), j.begin(end)
			mine = append(mine, j)
		}
	}
	return mine
}

// Deal returns, in ascending order, the numbers of the items that are the shard's, of which each has a cost. The costliest are
// dealt out first, each to the shard with the least to do.
func (s Shard) Deal(costs []float64) []int {
	order := make([]int, len(costs))
	for i := range order {
		order[i] = i
	}
	if s.Of <= 1 {
		return order
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(costs[b], costs[a]) })
	load := make([]float64, s.Of)
	var mine []int
	for _, i := range order {
		least := slices.Index(load, slices.Min(load))
		load[least] += costs[i]
		if least == s.Index {
			mine = append(mine, i)
		}
	}
	slices.Sort(mine)
	return mine
}
