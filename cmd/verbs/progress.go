package verbs

import (
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows on a terminal how much of all is done, and nothing elsewhere; call it with what is.
func (s *session) bar(what string, all int) func(done int) {
	file, ok := s.err.(*os.File)
	if !ok || s.quiet || !term.IsTerminal(int(file.Fd())) {
		return func(int) {}
	}
	bar := progressbar.NewOptions(all, progressbar.OptionSetWriter(s.err), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	return func(done int) { _ = bar.Set(done) }
}
