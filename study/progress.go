package study

import (
	"sync"
	"time"
)

// Progress says how far a sweep has come.
type Progress struct {
	Done, Total int    // samples of the sweep, those found in the store included
	Found       int    // samples that the store had before
	Doing       string // "open mamba2", or the cell that is being asked
	Elapsed     time.Duration
	Left        time.Duration // estimated; negative while unknown
	Records     []Record      // scored since the last call
	// Warning is a sentence to show once: what of the store was left out, or that its records were computed otherwise;
	// or empty.
	Warning string
}

// eta counts what is done and estimates the time left, from the tokens a second of each model; for
// a model that has not been measured, from the mean of the others.
type eta struct {
	mu       sync.Mutex
	report   func(Progress)
	start    time.Time
	workers  int
	progress Progress
	todo     map[string]float64 // tokens left, by model
	done     map[string]float64 // tokens done in this run
	busy     map[string]time.Duration
	warned   map[string]bool
}

func newETA(report func(Progress), workers int) *eta {
	if report == nil {
		report = func(Progress) {}
	}
	return &eta{report: report, start: time.Now(), workers: workers, progress: Progress{Left: -1},
		todo: make(map[string]float64), done: make(map[string]float64), busy: make(map[string]time.Duration), warned: make(map[string]bool)}
}

// doing reports what begins now.
func (c *eta) doing(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress.Doing = what
	c.tell(nil)
}

// warn reports a warning that was not reported before.
func (c *eta) warn(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.warned[text] {
		return
	}
	c.warned[text] = true
	p := c.progress
	p.Warning, p.Elapsed, p.Left = text, time.Since(c.start), c.left()
	c.report(p)
}

// finished counts a block that took so long.
func (c *eta) finished(b block, took time.Duration, records []Record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress.Done += len(records)
	c.todo[b.model()] -= b.tokens()
	c.done[b.model()] += b.tokens()
	c.busy[b.model()] += took
	c.tell(records)
}

func (c *eta) tell(records []Record) {
	p := c.progress
	p.Records = records
	p.Elapsed = time.Since(c.start)
	p.Left = c.left()
	c.report(p)
}

func (c *eta) left() time.Duration {
	var tokens float64
	var busy time.Duration
	for model, n := range c.done {
		tokens += n
		busy += c.busy[model]
	}
	if tokens == 0 {
		return -1
	}
	var left float64 // seconds of one worker
	for model, n := range c.todo {
		if c.done[model] > 0 {
			left += n * c.busy[model].Seconds() / c.done[model]
		} else {
			left += n * busy.Seconds() / tokens
		}
	}
	return time.Duration(left / float64(c.workers) * float64(time.Second))
}
