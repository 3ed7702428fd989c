package verbs

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"longseq/cmd/verbs/cluster"
	"longseq/cmd/verbs/experiment"
	"longseq/cmd/verbs/machine"
	"longseq/cmd/verbs/model"
	"longseq/cmd/verbs/result"
	"longseq/cmd/verbs/session"
	"longseq/cmd/verbs/task"
	"longseq/internal/nearmiss"
)

// newRoot returns the command with all verbs.
func newRoot(s *session.Session) *cobra.Command {
	root := session.Group("longseq", "Train sequence models, evaluate them on needles in long prompts, and draw the results")
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		var unknown *pflag.NotExistError
		if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
			var known []string
			cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
			if near := nearmiss.Nearest(unknown.GetSpecifiedName(), known); near != "" {
				err = fmt.Errorf("%w; did you mean --%s?", err, near)
			}
		}
		return session.Usagef("%w; see %s --help", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&s.Backend, "backend", "", "backend to compute with: xla:cpu, xla:cuda, xla:/absolute/plugin.so or go (default: GOMLX_BACKEND, else the best found)")
	flags.BoolVar(&s.Quiet, "quiet", false, "show no progress")
	for _, verbs := range [][]*cobra.Command{task.Verbs(s), model.Verbs(s), experiment.Verbs(s), cluster.Verbs(s), result.Verbs(s), machine.Verbs(s)} {
		root.AddCommand(verbs...)
	}
	return root
}
