package machine

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/kernelsrc/jupyter"
)

func notebookCommand(s *session.Session) *cobra.Command {
	return session.Group("notebook", "Run and check notebooks without Python",
		notebookRunCommand(s), notebookCheckCommand(s), notebookLintCommand(s))
}

func notebookRunCommand(s *session.Session) *cobra.Command {
	var opts jupyter.NotebookOptions
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK",
		Short: "Run a notebook's cells in order and write their outputs into it",
		Long: "Runs a notebook's cells in a fresh kernel, in the notebook's folder, and writes the notebook with its outputs (nbformat\n" +
			"4.5). The run ends with status 1 at the first cell that fails: its error is written, and later cells keep their outputs.\n" +
			"A cell with the tag raises-exception may fail.",
		Example: "  longseq notebook run hello.ipynb\n  longseq notebook run hello.ipynb --output done.ipynb",
		Args:    session.Arguments("NOTEBOOK"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Log = s.Progress()
			return jupyter.RunNotebook(cmd.Context(), args[0], opts)
		},
	}
	cmd.Flags().StringVar(&opts.Output, "output", "", "the `FILE` to write instead of the notebook itself")
	cmd.Flags().BoolVar(&opts.AllowErrors, "allow-errors", false, "continue after a cell that fails")
	return cmd
}
