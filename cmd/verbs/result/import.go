package result

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/study/interchange"
)

func importCommand(s *session.Session) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "import FILE... --out STORE",
		Short: "Read the results of other programs into a store",
		Long: "Reads files of RULER's predictions (MODEL/synthetic/LENGTH/pred/TASK.jsonl), samples_*.jsonl of lm-evaluation-harness, and JSON results\n" +
			"of \"needle in a haystack\", into a store of records without a plan, for figure, compare, card and export.",
		Example: "  longseq import lm-eval/mamba2/samples_vt_0.jsonl needle.json --out results/imported",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return session.Arguments("FILE")(cmd, args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return session.Usagef("import: name a store with --out")
			}
			records, err := interchange.Read(args)
			if err != nil {
				return err
			}
			path, err := interchange.Write(out, records)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.Out, "%d records are in %s. Now: longseq figure %s\n", len(records), path, out)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the store's `FOLDER`")
	return cmd
}
