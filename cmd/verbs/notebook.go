package verbs

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"longseq/kernelsrc/jupyter"
)

func notebookCommand(s *session) *cobra.Command {
	return group("notebook", "Run and check notebooks without Python",
		notebookRunCommand(s), notebookCheckCommand(s), notebookLintCommand(s))
}

func notebookRunCommand(s *session) *cobra.Command {
	var opts jupyter.NotebookOptions
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK",
		Short: "Run a notebook's cells in order and write their outputs into it",
		Long: "Runs a notebook from nothing, in its own folder, and writes it with its outputs (nbformat 4.5). The first cell\n" +
			"that fails ends the run with status 1; it is in the file with its error, and cells after it keep what they had.\n" +
			"A cell with the tag raises-exception may fail.",
		Example: "  longseq notebook run hello.ipynb\n  longseq notebook run hello.ipynb --output done.ipynb",
		Args:    arguments("NOTEBOOK"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Log = s.progress()
			return jupyter.RunNotebook(cmd.Context(), args[0], opts)
		},
	}
	cmd.Flags().StringVar(&opts.Output, "output", "", "the `FILE` to write instead of the notebook itself")
	cmd.Flags().BoolVar(&opts.AllowErrors, "allow-errors", false, "run on after a cell that fails")
	return cmd
}

func notebookCheckCommand(s *session) *cobra.Command {
	return notebooksCommand(s, &cobra.Command{
		Use:   "check [NOTEBOOK...]",
		Short: "Compare a notebook's outputs with those of a fresh run",
		Long: "Looks for what lint finds, then runs a copy of each notebook and tells where its outputs differ from those in\n" +
			"the file, with status 1. Numbers and pictures may differ, words and kinds of output may not. Files stay as they\n" +
			"are. Without arguments it checks " + allNotebooks + ".",
		Example: "  longseq notebook check hello.ipynb\n  longseq notebook check hello.ipynb --json",
	}, func(ctx context.Context, path string) ([]jupyter.Problem, error) {
		problems, err := jupyter.LintNotebook(path)
		if err != nil {
			return nil, err
		}
		differences, err := jupyter.CheckNotebook(ctx, path, jupyter.NotebookOptions{Log: s.progress()})
		return append(problems, differences...), err
	})
}

func notebookLintCommand(s *session) *cobra.Command {
	return notebooksCommand(s, &cobra.Command{
		Use:   "lint [NOTEBOOK...]",
		Short: "Find what would not run under this kernel and GoNB alike, without running it",
		Long: "Tells, with status 1, where a notebook breaks the rules for notebooks that both kernels run.\n" +
			"Without arguments it looks at " + allNotebooks + ".",
		Example: "  longseq notebook lint hello.ipynb",
	}, func(_ context.Context, path string) ([]jupyter.Problem, error) {
		return jupyter.LintNotebook(path)
	})
}

// allNotebooks are the notebooks that check and lint take without arguments.
const allNotebooks = "notebooks/*.ipynb"

// found is a finding about a notebook as programs read it.
type found struct {
	Notebook string `json:"notebook"`
	jupyter.Problem
}

// notebooksCommand completes a verb that looks for problems in notebooks and prints them.
func notebooksCommand(s *session, cmd *cobra.Command, look func(ctx context.Context, path string) ([]jupyter.Problem, error)) *cobra.Command {
	var asJSON bool
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.RunE = func(cmd *cobra.Command, paths []string) error {
		if len(paths) == 0 {
			var err error
			if paths, err = filepath.Glob(allNotebooks); err != nil || len(paths) == 0 {
				return usagef("%s: no notebook is named, and there is no %s", cmd.Name(), allNotebooks)
			}
		}
		list := []found{}
		for _, path := range paths {
			problems, err := look(cmd.Context(), path)
			if err != nil {
				return err
			}
			for _, problem := range problems {
				list = append(list, found{path, problem})
			}
		}
		if asJSON {
			if err := s.printJSON(list); err != nil {
				return err
			}
		} else {
			for _, f := range list {
				fmt.Fprintf(s.out, "%s: %v\n", f.Notebook, f.Problem)
			}
		}
		if len(list) > 0 {
			return fmt.Errorf("%s: problems found: %d", cmd.Name(), len(list))
		}
		return nil
	}
	return cmd
}

// progress returns where progress goes, nil for nowhere.
func (s *session) progress() io.Writer {
	if s.quiet {
		return nil
	}
	return s.err
}
