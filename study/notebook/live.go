package notebook

import (
	"sync"
	"time"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study"
	"longseq/study/figure"
	"longseq/study/report"
)

// SweepFigure is [Sweep] with a figure under the bar, such as curves with their intervals, that is drawn anew
// while answers come in: its bands shrink as samples are added. What it shows last is the whole store.
func SweepFigure(plan, folder, dir string, draw func(report.Summary) (*figure.Figure, error)) *study.Store {
	l := &liveFigure{dir: dir, draw: draw, block: display.NewBlock(), stop: make(chan struct{})}
	var drawing sync.WaitGroup
	begin := sync.OnceFunc(func() { drawing.Go(l.run) })
	bar := SweepProgress()
	store := sweep(plan, folder, dir, func(p study.Progress) {
		bar(p)
		if p.Done > 0 && p.Done < p.Total {
			begin()
		}
	})
	close(l.stop)
	drawing.Wait()
	f, err := draw(report.Of(store, confidence))
	display.Fatal(err)
	svg, png := screen(f)
	l.block.Figure(svg, png, f.Alt)
	return store
}

// Times of a live figure: it is drawn at most so often, and may take one part in so many of the time, which
// the models would use too.
const (
	liveEvery = time.Second
	liveShare = 20
)

// liveFigure is a figure of a store that is still being written.
type liveFigure struct {
	dir   string
	draw  func(report.Summary) (*figure.Figure, error)
	block *display.Block
	stop  chan struct{}
}

// run draws until it is stopped.
func (l *liveFigure) run() {
	wait := liveEvery
	for {
		select {
		case <-l.stop:
			return
		case <-time.After(wait):
		}
		begin := time.Now()
		l.update()
		wait = max(liveEvery, liveShare*time.Since(begin))
	}
}

// update shows the store as it is now. What cannot be drawn yet, as two curves of a model that has not
// been asked, is left out: the figure at the end says what is wrong, if anything is.
func (l *liveFigure) update() {
	store, err := study.OpenStore(l.dir)
	if err != nil {
		return
	}
	f, err := l.draw(report.Of(store, confidence))
	if err != nil {
		return
	}
	if svg, err := figure.Render(f, figure.SVG); err == nil {
		l.block.Figure(svg, nil, f.Alt)
	}
}
