// Package result is the verbs about what was found: comparisons, power, figures, tables, exports, and whether a store is whole.
package result

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
)

// Verbs are the verbs, for a session.
func Verbs(s *session.Session) []*cobra.Command {
	return []*cobra.Command{cardCommand(s), compareCommand(s), exportCommand(s), figureCommand(s), importCommand(s), paperCommand(s), powerCommand(s), verifyCommand(s)}
}
