package notebook

import (
	"sync"
	"time"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study"
	"longseq/study/figure"
	"longseq/study/report"
)

// SweepFigure is [Lab.Sweep] with a figure under the bar, such as curves with their intervals, that is drawn again while
// answers come in: its bands shrink as samples are added. The last figure is of the whole store, and is saved as
// figures/name.
func (l Lab) SweepFigure(plan, name string, draw func(report.Summary) (*figure.Figure, error)) report.Summary {
	live := &liveFigure{dir: l.store(plan), draw: draw, block: display.NewBlock(), stop: make(chan struct{})}
	var drawing sync.WaitGroup
	begin := sync.OnceFunc(func() { drawing.Go(live.run) })
	bar := SweepProgress()
	summary := l.sweep(plan, func(p study.Progress) {
		bar(p)
		if p.Done > 0 && p.Done < p.Total {
			begin()
		}
	})
	close(live.stop)
	drawing.Wait()
	f, err := draw(summary)
	display.Fatal(err)
	l.save(f, name)
	svg, png := screen(f)
	live.block.Figure(svg, png, f.Alt)
	display.Markdown("*" + f.Caption + "*")
	return summary
}

// A live figure is drawn at most every liveEvery, and takes at most one part in liveShare of the time: the models need
// the processor too.
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
func (f *liveFigure) run() {
	wait := liveEvery
	for {
		select {
		case <-f.stop:
			return
		case <-time.After(wait):
		}
		begin := time.Now()
		f.update()
		wait = max(liveEvery, liveShare*time.Since(begin))
	}
}

// update draws the store as it is now. An error is ignored, since a store may have too few records for a figure
// yet: the last figure reports errors.
func (f *liveFigure) update() {
	store, err := study.OpenStore(f.dir)
	if err != nil {
		return
	}
	drawn, err := f.draw(report.Of(store, confidence))
	if err != nil {
		return
	}
	if svg, err := figure.Render(drawn, figure.SVG); err == nil {
		f.block.Figure(svg, nil, drawn.Alt)
	}
}
