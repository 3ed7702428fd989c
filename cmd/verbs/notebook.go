package verbs

import "github.com/spf13/cobra"

func notebookCommand(s *session) *cobra.Command {
	return group("notebook", "Run and check notebooks without Python",
		notebookRunCommand(s), notebookCheckCommand(s), notebookLintCommand(s))
}
