// Package model is the verbs about single models: what is known, loaded and answered.
package model

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
)

// Verbs are the verbs, for a session.
func Verbs(s *session.Session) []*cobra.Command {
	return []*cobra.Command{generateCommand(s), logitsCommand(s), modelsCommand(s), tokenizeCommand(s)}
}
