// Package task is the verbs about what models are asked: texts, samples and their scores.
package task

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
)

// Verbs are the verbs, for a session.
func Verbs(s *session.Session) []*cobra.Command {
	return []*cobra.Command{dataCommand(s), tasksCommand(s), scoreCommand(s)}
}
