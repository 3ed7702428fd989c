package machine

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/kernelsrc/jupyter"
)

func notebookCheckCommand(s *session.Session) *cobra.Command {
	return notebooksCommand(s, &cobra.Command{
		Use:   "check [NOTEBOOK...]",
		Short: "Compare a notebook's outputs with those of a fresh run",
		Long: "Lints each notebook, runs a copy of it, and reports where the outputs differ from those in the file, with status 1.\n" +
			"Numbers and images may differ, words and kinds of output may not. The files are not changed.\n" +
			"Without arguments, checks " + allNotebooks + ".",
		Example: "  longseq notebook check hello.ipynb\n  longseq notebook check hello.ipynb --json",
	}, func(ctx context.Context, path string) ([]jupyter.Problem, error) {
		problems, err := jupyter.LintNotebook(path)
		if err != nil {
			return nil, err
		}
		differences, err := jupyter.CheckNotebook(ctx, path, jupyter.NotebookOptions{Log: s.Progress()})
		return append(problems, differences...), err
	})
}

func notebookLintCommand(s *session.Session) *cobra.Command {
	return notebooksCommand(s, &cobra.Command{
		Use:   "lint [NOTEBOOK...]",
		Short: "Find what would not run under both this kernel and GoNB, without running it",
		Long: "Reports, with status 1, where a notebook would not run under both kernels.\n" +
			"Without arguments, lints " + allNotebooks + ".",
		Example: "  longseq notebook lint hello.ipynb",
	}, func(_ context.Context, path string) ([]jupyter.Problem, error) {
		return jupyter.LintNotebook(path)
	})
}

// allNotebooks are the notebooks that check and lint read if they are called without arguments.
const allNotebooks = "notebooks/*.ipynb"

// A notebookProblem is a problem with its notebook, as --json prints it.
type notebookProblem struct {
	Notebook string `json:"notebook"`
	jupyter.Problem
}

// notebooksCommand completes a verb that finds problems in notebooks and prints them.
func notebooksCommand(s *session.Session, cmd *cobra.Command, find func(ctx context.Context, path string) ([]jupyter.Problem, error)) *cobra.Command {
	var asJSON bool
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.RunE = func(cmd *cobra.Command, paths []string) error {
		if len(paths) == 0 {
			var err error
			if paths, err = filepath.Glob(allNotebooks); err != nil || len(paths) == 0 {
				return session.Usagef("%s: no notebook is named, and there is no %s", cmd.Name(), allNotebooks)
			}
		}
		list := []notebookProblem{}
		for _, path := range paths {
			problems, err := find(cmd.Context(), path)
			if err != nil {
				return err
			}
			for _, problem := range problems {
				list = append(list, notebookProblem{path, problem})
			}
		}
		if asJSON {
			if err := s.PrintJSON(list); err != nil {
				return err
			}
		} else {
			for _, f := range list {
				fmt.Fprintf(s.Out, "%s: %v\n", f.Notebook, f.Problem)
			}
		}
		if len(list) > 0 {
			return fmt.Errorf("%s: problems found: %d", cmd.Name(), len(list))
		}
		return nil
	}
	return cmd
}
