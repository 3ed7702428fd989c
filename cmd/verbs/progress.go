package verbs

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"longseq/internal/printable"
)

// bar returns a function that shows a progress bar at done of total. It shows nothing if standard error is not a
// terminal, or with --quiet.
func (s *session) bar(description string, total int) func(done int) {
	file, ok := s.err.(*os.File)
	if !ok || s.quiet || !term.IsTerminal(int(file.Fd())) {
		return func(int) {}
	}
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(s.err), progressbar.OptionSetDescription(description),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	return func(done int) { _ = bar.Set(done) }
}

// progress returns the writer for lines of progress, nil with --quiet. It escapes control characters.
func (s *session) progress() io.Writer {
	if s.quiet {
		return nil
	}
	return printable.Writer(s.err)
}
