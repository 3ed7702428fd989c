// Package machine is the verbs about this machine: what it has, and the notebook kernel.
package machine

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
)

// Verbs are the verbs, for a session.
func Verbs(s *session.Session) []*cobra.Command {
	return []*cobra.Command{doctorCommand(s), kernelCommand(s), notebookCommand(s), versionCommand(s)}
}
