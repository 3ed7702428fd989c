package result

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/study"
	"longseq/study/card"
)

func cardCommand(s *session.Session) *cobra.Command {
	var model, out string
	cmd := &cobra.Command{
		Use:   "card STORE",
		Short: "Make a page of each model of a store: effective lengths, figures, state, failures, digests",
		Long: "Makes one page of a model from its records, as SVG, PDF, PNG and Markdown: how far it reads, its score by length and depth and its\n" +
			"retention where there are records for them, bytes of state, wrong answers by kind, and the digests of all it was made from.",
		Example: "  longseq card results/plan --model llama",
		Args:    session.Arguments("STORE"),
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := study.OpenStore(args[0])
			if err != nil {
				return err
			}
			if len(store.Records) == 0 {
				return fmt.Errorf("card: no records in %s: is it the folder of a store?", args[0])
			}
			plan, err := study.ReadResolved(args[0])
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			cards, err := card.Of(store, plan, model, session.Confidence)
			if err != nil {
				return err
			}
			if out == "" {
				out = filepath.Join(args[0], "figures")
			}
			var written []string
			for _, c := range cards {
				paths, err := c.Save(out)
				if err != nil {
					return err
				}
				written = append(written, paths...)
			}
			_, err = fmt.Fprintln(s.Out, strings.Join(written, "\n"))
			return err
		},
	}
	cmd.Flags().StringVar(&model, "model", "", "only the page of this `MODEL` (default: of all)")
	cmd.Flags().StringVar(&out, "out", "", "the `FOLDER` to write to (default: figures in the store)")
	return cmd
}
