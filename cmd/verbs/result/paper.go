package result

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/paper"
)

func paperCommand(s *session.Session) *cobra.Command {
	return session.Group("paper", "Check the paper's tables for consistency", auditCommand(s))
}

func auditCommand(s *session.Session) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Check every average, every score and the text's claims against the tables",
		Long: "Recomputes the averages in the paper's tables, checks that each score is possible with its number of samples,\n" +
			"and checks what the text says about the tables. With --json, prints a list of what is inconsistent only.",
		Example: "  longseq paper audit\n  longseq paper audit --json",
		Args:    session.Arguments(),
		RunE: func(*cobra.Command, []string) error {
			report := paper.Audit()
			if asJSON {
				return s.PrintJSON(report.Findings())
			}
			_, err := fmt.Fprint(s.Out, report)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
