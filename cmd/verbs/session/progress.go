package session

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"longseq/internal/printable"
	"longseq/study"
	"longseq/study/notebook"
)

// bar returns a function that shows a progress bar at done of total. It shows nothing if standard error is not a
// terminal, or with --quiet.
func (s *Session) Bar(description string, total int) func(done int) {
	if s.Quiet || !s.onTerminal() {
		return func(int) {}
	}
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(s.Err), progressbar.OptionSetDescription(description),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	return func(done int) { _ = bar.Set(done) }
}

// onTerminal reports whether standard error is a terminal.
func (s *Session) onTerminal() bool {
	file, ok := s.Err.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// sweepProgress returns a function for [study.Sweep.Progress] that shows a bar, unless --quiet is given, and prints the
// sweep's warnings.
func (s *Session) SweepProgress() func(study.Progress) {
	show := func(study.Progress) {}
	if !s.Quiet {
		show = notebook.SweepProgress()
	}
	return func(p study.Progress) {
		if p.Warning != "" {
			s.Say([]string{p.Warning})
			return
		}
		show(p)
	}
}

// say prints warnings, a line each. On a terminal they take the place of a progress bar, which is drawn again below.
func (s *Session) Say(warnings []string) {
	erase := ""
	if s.onTerminal() {
		erase = "\r\x1b[K"
	}
	for _, warning := range warnings {
		fmt.Fprintf(s.Err, "%slongseq: %s\n", erase, printable.Line(warning, MaxLine))
	}
}

// progress returns the writer for lines of progress, nil with --quiet. It escapes control characters.
func (s *Session) Progress() io.Writer {
	if s.Quiet {
		return nil
	}
	return printable.Writer(s.Err)
}
