package report

import (
	"iter"
	"math"
	"slices"
	"sync"

	"longseq/study"
	"longseq/study/compare"
)

// indexes are those of a summary's records, made when they are first needed.
type indexes struct {
	lengths, distances, logProbs struct {
		once sync.Once
		made *compare.Index
	}
}

// index returns the answers outside retention curves.
func (s Summary) index() *compare.Index {
	if s.indexes == nil {
		return compare.NewIndex(s.answers(false), false)
	}
	of := &s.indexes.lengths
	of.once.Do(func() { of.made = compare.NewIndex(s.answers(false), false) })
	return of.made
}

// retention returns the answers of retention curves, with distances in the place of lengths.
func (s Summary) retention() *compare.Index {
	if s.indexes == nil {
		return compare.NewIndex(s.answers(true), false)
	}
	of := &s.indexes.distances
	of.once.Do(func() { of.made = compare.NewIndex(s.answers(true), false) })
	return of.made
}

// logProbs returns the answers outside retention curves that have a log-probability, to be compared by it.
func (s Summary) logProbs() *compare.Index {
	known := func(yield func(compare.Answer) bool) {
		for a := range s.answers(false) {
			if !math.IsNaN(a.LogProb) && !math.IsInf(a.LogProb, 0) && !yield(a) {
				return
			}
		}
	}
	if s.indexes == nil {
		return compare.NewIndex(known, true)
	}
	of := &s.indexes.logProbs
	of.once.Do(func() { of.made = compare.NewIndex(known, true) })
	return of.made
}

// HasLogProbs reports whether records outside retention curves have the log-probability of the right answer.
func (s Summary) HasLogProbs() bool {
	return slices.ContainsFunc(s.Records, func(r *study.Record) bool {
		return r.Distance == 0 && !math.IsNaN(r.LogProb) && !math.IsInf(r.LogProb, 0)
	})
}

// answers returns the answers of one kind of record.
func (s Summary) answers(retention bool) iter.Seq[compare.Answer] {
	return func(yield func(compare.Answer) bool) {
		for _, r := range s.Records {
			if (r.Distance > 0) != retention {
				continue
			}
			a := compare.AnswerOf(r)
			if retention {
				a.Length = r.Distance
			}
			if !yield(a) {
				return
			}
		}
	}
}

// value returns the mean score of records of one model with its interval.
func (s Summary) value(in func(*study.Record) bool) Value {
	scores := s.Where(in).index().Scores([]string{}, s.Confidence)
	if len(scores) != 1 {
		return noValue()
	}
	return valueOf(scores[0])
}
