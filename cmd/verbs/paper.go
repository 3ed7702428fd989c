package verbs

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/data/paper"
)

func paperCommand(s *session) *cobra.Command {
	return group("paper", "The paper's tables, and whether they agree with themselves", auditCommand(s))
}

func auditCommand(s *session) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Check every average, every score and the text's claims against the tables",
		Long: "Recomputes what the paper's tables print: averages, the multiples that scores of so many samples can be,\n" +
			"and what the text says of the tables. With --json, a list of what cannot be; what agrees is not in it.",
		Example: "  longseq paper audit\n  longseq paper audit --json",
		Args:    arguments(),
		RunE: func(*cobra.Command, []string) error {
			report := paper.Audit()
			if asJSON {
				return s.printJSON(report.Findings())
			}
			_, err := fmt.Fprint(s.out, report)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
