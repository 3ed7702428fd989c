package result

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/output"
	"longseq/study"
	"longseq/study/export"
)

func exportCommand(s *session.Session) *cobra.Command {
	var csv, parquet string
	cmd := &cobra.Command{
		Use:     "export STORE",
		Short:   "Write a store's records as CSV or Parquet, one row each",
		Example: "  longseq export results --csv results.csv",
		Args:    session.Arguments("STORE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if csv == "" && parquet == "" {
				return session.Usagef("export: name a file with --csv or --parquet")
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
				return writeRecords(parquet, store.Records, export.Parquet)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&csv, "csv", "", "the CSV `FILE` to write")
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
