package display

import (
	"fmt"
	"html"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// minUpdateInterval is the shortest time between two updates of a bar. A client draws every update, and faster ones
// would delay the outputs after them.
const minUpdateInterval = 100 * time.Millisecond

// barWidth is the width of a bar in characters.
const barWidth = 30

// Progress is a progress bar that is updated in place. Its last state stays visible.
type Progress struct {
	title string
	id    string

	mu       sync.Mutex
	fraction float64
	text     string
	done     bool
	pending  bool // the state has not been shown yet
	shown    time.Time
}

// running holds the bars that are not done, which a flush brings up to date.
var running struct {
	mu   sync.Mutex
	bars []*Progress
}

// NewProgress returns a progress bar. It appears at the first call of Set.
func NewProgress(title string) *Progress {
	p := &Progress{title: title, id: newID()}
	running.mu.Lock()
	running.bars = append(running.bars, p)
	running.mu.Unlock()
	return p
}

// Set moves the bar to a fraction between 0 and 1 and shows text beside it, such as the time left. It skips updates that
// come too fast; Flush shows the last one.
func (p *Progress) Set(fraction float64, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fraction, p.text, p.pending = min(max(fraction, 0), 1), text, true
	if time.Since(p.shown) >= minUpdateInterval {
		p.draw()
	}
}

// Done fills the bar and shows text beside it.
func (p *Progress) Done(text string) {
	p.mu.Lock()
	p.fraction, p.text, p.pending, p.done = 1, text, true, true
	p.draw()
	p.mu.Unlock()

	running.mu.Lock()
	defer running.mu.Unlock()
	running.bars = slices.DeleteFunc(running.bars, func(q *Progress) bool { return p == q })
}

// flushProgress shows the last states that Set has skipped.
func flushProgress() {
	running.mu.Lock()
	defer running.mu.Unlock()
	for _, p := range running.bars {
		p.mu.Lock()
		if p.pending {
			p.draw()
		}
		p.mu.Unlock()
	}
}

// draw shows the state; p.mu is held.
func (p *Progress) draw() {
	p.pending, p.shown = false, time.Now()
	switch {
	case InNotebook():
		data := htmlData(p.html(), p.line())
		kernel().send(protocol.Display{Data: data, DisplayID: p.id})
	case term.IsTerminal(int(os.Stderr.Fd())):
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", p.line())
		if p.done {
			fmt.Fprintln(os.Stderr)
		}
	}
}

// line returns the bar as text.
func (p *Progress) line() string {
	full := int(p.fraction*barWidth + 0.5)
	bar := strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
	return strings.TrimRight(fmt.Sprintf("%s %s %3.0f%% %s", p.title, bar, 100*p.fraction, p.text), " ")
}

// html returns the bar as HTML.
func (p *Progress) html() string {
	return fmt.Sprintf(`<div><b>%s</b> <progress value="%.3f" max="1" style="width:20em;vertical-align:middle">%.0f%%</progress> %.0f%% %s</div>`,
		html.EscapeString(p.title), p.fraction, 100*p.fraction, 100*p.fraction, html.EscapeString(p.text))
}
