package session

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/internal/nearmiss"
)

// Group returns a command that has only subcommands. Without arguments it prints its help; an unknown subcommand is
// an error that suggests the nearest.
func Group(use, short string, verbs ...*cobra.Command) *cobra.Command {
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
		return Usagef("%w; see %s --help", nearmiss.Unknown("verb", args[0], known), cmd.CommandPath())
	}
	g.AddCommand(verbs...)
	return g
}

// Arguments returns a check that a verb is called with exactly the named arguments.
func Arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return Usagef("%s: %s is missing; see %s --help", cmd.CommandPath(), names[len(args)], cmd.CommandPath())
		case len(args) > len(names):
			return Usagef("%s: unexpected argument %q; see %s --help", cmd.CommandPath(), args[len(names)], cmd.CommandPath())
		}
		return nil
	}
}

// UsageError is an error in the call itself: the exit status is 2.
type UsageError struct{ error }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error {
	return UsageError{fmt.Errorf(format, args...)}
}

// Incomplete is the end of a verb that was asked whether something is whole, where it is not: the exit status is 3. Why
// may be empty where what was printed says it.
type Incomplete struct{ Why string }

func (e Incomplete) Error() string { return e.Why }
