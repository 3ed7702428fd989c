package result

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/output"
	"longseq/study"
	"longseq/study/export"
	"longseq/study/interchange"
)

func exportCommand(s *session.Session) *cobra.Command {
	var csv, parquet, lmEval, everyEval string
	cmd := &cobra.Command{
		Use:   "export STORE",
		Short: "Write a store's records as CSV or Parquet, or as files of other evaluation programs",
		Long: "Writes one row a record as CSV or Parquet; results and samples files of lm-evaluation-harness, in which a metric is called by its\n" +
			"length; or files of every_eval_ever's schema 0.3.0, with intervals. Prompts are not in a store: their digests stand for them.",
		Example: "  longseq export results --csv results.csv\n" +
			"  longseq export results --lm-eval lm-eval --every-eval-ever every-eval",
		Args: session.Arguments("STORE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if csv == "" && parquet == "" && lmEval == "" && everyEval == "" {
				return session.Usagef("export: name a file with --csv or --parquet, or a folder with --lm-eval or --every-eval-ever")
			}
			store, err := study.OpenStore(args[0])
			if err != nil {
				return err
			}
			if len(store.Records) == 0 {
				return fmt.Errorf("export: no records in %s: is it the folder of a store?", args[0])
			}
			s.Say(store.Warnings())
			if csv != "" {
				if err := writeRecords(csv, store.Records, export.CSV); err != nil {
					return err
				}
			}
			if parquet != "" {
				if err := writeRecords(parquet, store.Records, export.Parquet); err != nil {
					return err
				}
			}
			if lmEval != "" {
				if _, err := interchange.LMEval(lmEval, store); err != nil {
					return err
				}
			}
			if everyEval == "" {
				return nil
			}
			plan, err := study.ReadResolved(args[0])
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			_, err = interchange.EveryEval(everyEval, store, plan)
			return err
		},
	}
	cmd.Flags().StringVar(&csv, "csv", "", "the CSV `FILE` to write")
	cmd.Flags().StringVar(&lmEval, "lm-eval", "", "the `FOLDER` for files of lm-evaluation-harness")
	cmd.Flags().StringVar(&everyEval, "every-eval-ever", "", "the `FOLDER` for files of every_eval_ever")
	cmd.Flags().StringVar(&parquet, "parquet", "", "the Parquet `FILE` to write")
	return cmd
}

// writeRecords writes the records to a file, see [output.Create].
func writeRecords(path string, records []study.Record, write func(io.Writer, []study.Record) error) error {
	file, err := output.Create(path, 0o644)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer file.Close()
	if err := write(file, records); err != nil {
		return fmt.Errorf("export %s: %w", path, err)
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
