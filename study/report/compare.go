package report

import (
	"longseq/study"
	"longseq/study/stats"
)

// Compare compares the models a and b on the samples that both were asked. See [stats.Compare].
func (s Summary) Compare(a, b string) (stats.Comparison, error) {
	var ofA, ofB []*study.Record
	for _, r := range s.Records {
		if r.Model == a {
			ofA = append(ofA, r)
		}
		if r.Model == b {
			ofB = append(ofB, r)
		}
	}
	return compare(ofA, ofB, s.Confidence)
}

// compare compares two models by their records.
func compare(a, b []*study.Record, confidence float64) (stats.Comparison, error) {
	asked := asked{scores: make(map[question]map[int]float64)}
	for _, r := range a {
		asked.add(r)
	}
	var inA, inB []float64
	for _, r := range b {
		if score, ok := asked.of(r)[r.Sample]; ok {
			inA, inB = append(inA, score), append(inB, r.Score)
		}
	}
	return stats.Compare(inA, inB, confidence)
}

// asked are a model's scores by question and number of the sample.
type asked struct {
	scores map[question]map[int]float64
	last   question
	at     map[int]float64 // of the last question; nil if it was not asked
}

// of returns the scores of the record's question, which is mostly that of the record before.
func (a *asked) of(r *study.Record) map[int]float64 {
	if q := questionOf(r); q != a.last || a.at == nil {
		a.last, a.at = q, a.scores[q]
	}
	return a.at
}

func (a *asked) add(r *study.Record) {
	at := a.of(r)
	if at == nil {
		at = make(map[int]float64)
		a.scores[a.last], a.at = at, at
	}
	at[r.Sample] = r.Score
}

// A question identifies a cell over models. It has no text: where the models' tokenizers differ, the prompts of one
// sample differ, too.
type question struct {
	task, format     string
	length, distance int
	depth            float64
	seed             int64
}

func questionOf(r *study.Record) question {
	return question{r.Task, r.Format, r.Length, r.Distance, r.Depth, r.Seed}
}
