package result

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/paper"
	"longseq/internal/input"
)

func paperCommand(s *session.Session) *cobra.Command {
	return session.Group("paper", "Reproduce the paper's tables, and check them for consistency", auditCommand(s), reproduceCommand(s))
}

func auditCommand(s *session.Session) *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "audit [FILE.csv]",
		Short: "Check every average, every score and the text's claims against the tables, or anybody's table",
		Long: "Recomputes the averages in the paper's tables, checks that each score is possible with its number of samples,\n" +
			"and checks what the text says about the tables. With --json, prints a list of what is inconsistent only. --all adds what each\n" +
			"claim rests on, and scores that chance hardly gives: those that rise with the length, or drop at one depth alone.\n" +
			"With a FILE, checks somebody else's table: CSV with the columns model, condition (such as a length) and score (percent), and\n" +
			"optionally n (samples), answers (of a sample, each counted on its own) and average (yes for the mean of the model's others).",
		Example: "  longseq paper audit\n  longseq paper audit --all --json\n  longseq paper audit table.csv",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return session.Usagef("%s: unexpected argument %q; see %s --help", cmd.CommandPath(), args[1], cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			report := paper.Audit()
			switch {
			case len(args) == 1:
				in, err := input.Open(args[0])
				if err != nil {
					return fmt.Errorf("paper audit: %w", err)
				}
				defer in.Close()
				table, err := paper.ReadTable(in)
				if err != nil {
					return fmt.Errorf("paper audit: %s: %w", args[0], err)
				}
				report = paper.AuditTable(table)
			case all:
				report = paper.AuditAll()
			}
			if asJSON {
				return s.PrintJSON(report.Findings())
			}
			_, err := fmt.Fprint(s.Out, report)
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "also what each claim rests on, and what chance hardly gives")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
