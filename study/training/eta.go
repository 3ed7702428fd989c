package training

import (
	"time"

	"longseq/lcmodels/train"
)

// eta estimates the time left from the time of the steps so far.
type eta struct {
	report        func(Progress)
	start         time.Time
	finished, all int // models
	parallel      int
	models        []etaModel
}

type etaModel struct {
	began, step, steps int
	seen               bool
	busy               time.Duration
	cost               float64 // of a step, relative
}

// tell counts a model's progress. worker.Run never calls it concurrently.
func (c *eta) tell(job int, name string, news train.Progress) {
	m := &c.models[job]
	if !m.seen {
		m.seen, m.began = true, m.step
	}
	if news.Step == news.Steps && m.step < m.steps {
		c.finished++
	}
	m.step, m.busy = news.Step, news.Elapsed
	if c.report == nil {
		return
	}
	p := Progress{Model: name, Step: news.Step, Steps: news.Steps, Loss: news.Loss, Accuracy: news.Accuracy,
		Finished: c.finished, All: c.all, Elapsed: time.Since(c.start), Left: c.left()}
	done, all := 0.0, 0.0
	for _, m := range c.models {
		done, all = done+float64(m.step), all+float64(m.steps)
	}
	p.Fraction = done / all
	c.report(p)
}

// left estimates from the seconds that a unit of cost has taken so far, and what every model still costs.
func (c *eta) left() time.Duration {
	var busy, cost float64
	for _, m := range c.models {
		if own := m.step - m.began; own >= CurveSteps { // the first step compiles
			busy, cost = busy+m.busy.Seconds(), cost+float64(own)*m.cost
		}
	}
	if cost == 0 {
		return -1
	}
	var all, longest float64
	for _, m := range c.models {
		left := busy / cost * m.cost * float64(m.steps-m.step)
		all, longest = all+left, max(longest, left)
	}
	all = max(longest, all/float64(min(c.parallel, len(c.models))))
	return time.Duration(all * float64(time.Second))
}
