package model

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/published"
	"longseq/lcmodels/hub"
)

func pullCommand(s *session.Session) *cobra.Command {
	var revision string
	cmd := &cobra.Command{
		Use:   "pull NAME",
		Short: "Fetch a model from the hub into the cache that Python shares",
		Long: "Fetches configuration, tokenizer and weights (safetensors if the model has them, else PyTorch files). The same call\n" +
			"continues a download that was interrupted. HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE have the\n" +
			"meaning that they have in Python.",
		Example: "  longseq models pull state-spaces/mamba2-2.7b",
		Args:    session.Arguments("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !hub.IsName(args[0]) {
				return session.Usagef("models pull: %q is not a name on the hub: want ORG/NAME, such as %s", args[0], published.Models()[0].Hub)
			}
			return pull(cmd.Context(), s, hub.NewClient(hub.FromEnvironment(os.Getenv)), args[0], revision)
		},
	}
	cmd.Flags().StringVar(&revision, "revision", hub.Main, "branch, tag or commit")
	return cmd
}

func pull(ctx context.Context, s *session.Session, c *hub.Client, name, revision string) error {
	file, bar := "", func(int) {}
	report := func(p hub.Progress) {
		if p.File != file {
			file, bar = p.File, s.Bar(p.File, int(p.Bytes))
		}
		bar(int(p.Done))
	}
	folder, err := c.Pull(ctx, name, revision, report)
	if other := published.TokenizerOf(name); err == nil && other != name {
		_, err = c.PullTokenizer(ctx, other, hub.Main, report)
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: the part of %s that was fetched is kept; run the same command again to continue: %w", name, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, folder)
	return nil
}
