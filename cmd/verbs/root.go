package verbs

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"longseq/internal/nearmiss"
)

// session is what the verbs share: where results and progress go, and the flags that every verb has.
type session struct {
	out, err io.Writer
	backend  string
	quiet    bool
}

// newRoot returns the command with all verbs.
func newRoot(s *session) *cobra.Command {
	root := group("longseq", "Train sequence models, evaluate them on needles in long prompts, and draw the results")
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see %s --help", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&s.backend, "backend", "", "backend to compute with: xla:cpu, xla:cuda, xla:/absolute/plugin.so or go (default: GOMLX_BACKEND, else the best found)")
	flags.BoolVar(&s.quiet, "quiet", false, "show no progress")
	root.AddCommand(
		dataCommand(s),
		doctorCommand(s),
		evalCommand(s),
		exportCommand(s),
		generateCommand(s),
		logitsCommand(s),
		modelsCommand(s),
		tasksCommand(s),
		scoreCommand(s),
		tokenizeCommand(s),
		kernelCommand(s),
		notebookCommand(s),
		paperCommand(s),
		trainCommand(s),
		sweepCommand(s),
		figureCommand(s),
		verifyCommand(s),
		versionCommand(s),
	)
	return root
}

// group returns a command that has only subcommands. Without arguments it prints its help; an unknown subcommand is
// an error that suggests the nearest.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs}
	g.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		var known []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				known = append(known, c.Name())
			}
		}
		return usagef("%w; see %s --help", nearmiss.Unknown("verb", args[0], known), cmd.CommandPath())
	}
	g.AddCommand(verbs...)
	return g
}

// arguments returns a check that a verb is called with exactly the named arguments.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usagef("%s: %s is missing; see %s --help", cmd.CommandPath(), names[len(args)], cmd.CommandPath())
		case len(args) > len(names):
			return usagef("%s: unexpected argument %q; see %s --help", cmd.CommandPath(), args[len(names)], cmd.CommandPath())
		}
		return nil
	}
}

// printJSON prints a value as indented JSON.
func (s *session) printJSON(value any) error {
	encoder := json.NewEncoder(s.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
