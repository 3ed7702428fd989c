// Package experiment is the verbs about training and asking many models.
package experiment

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
)

// Verbs are the verbs, for a session.
func Verbs(s *session.Session) []*cobra.Command {
	return []*cobra.Command{trainCommand(s), sweepCommand(s), ablateCommand(s), evalCommand(s), calibrateCommand(s)}
}
