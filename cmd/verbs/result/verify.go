package result

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/printable"
	"longseq/study"
	"longseq/study/models"
)

// verified is what verify prints as JSON.
type verified struct {
	study.Verification
	Moved int    `json:"moved"` // lines that --repair moved
	Wrong string `json:"wrong"` // in a line; empty: nothing
}

func verifyCommand(s *session.Session) *cobra.Command {
	var repair, asJSON bool
	cmd := &cobra.Command{
		Use:   "verify STORE",
		Short: "Check a store: damaged lines, records of other plans, samples with two answers or none",
		Long: "Reads every line of a store and compares it with its checksum and with the store's plan. Prints how many lines are bad\n" +
			"(damaged, or no record), half-written (the end of a run that was killed), doubled (asked twice, with the same answer),\n" +
			"disagreeing (asked twice, with different answers) and strange (of no cell of the plan), how many samples are missing, and\n" +
			"what computed the records. The exit status is 1 if any line is bad, disagreeing or strange, any sample is missing, or the\n" +
			"plan is lost or damaged.\n\n" +
			"With --repair, bad and half-written lines are moved to " + study.AsideFile + " in the store, and a damaged plan is renamed. Then\n" +
			"longseq sweep writes the plan again, if the records are of it, and asks what is missing.",
		Example: "  longseq verify results/plan\n" +
			"  longseq verify results/plan --repair --json",
		Args: session.Arguments("STORE"),
		RunE: func(_ *cobra.Command, args []string) error {
			tasks, err := models.Checkpoints{}.Tasks(models.RulerOptions{})
			if err != nil {
				return err
			}
			var v verified
			if repair {
				if v.Moved, err = study.Repair(args[0]); err != nil {
					return err
				}
			}
			v.Verification, err = study.Verify(args[0], tasks)
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("verify: there is no store in %s", args[0])
			}
			if err != nil {
				return err
			}
			v.Wrong = v.Verification.Wrong()
			if asJSON {
				err = s.PrintJSON(v)
			} else {
				v.print(printable.Writer(s.Out), args[0])
			}
			if err == nil && v.Wrong != "" {
				return fmt.Errorf("verify %s: %s", args[0], v.Wrong)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "move bad and half-written lines to a file of their own")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// print prints the counts, and the lines that are not among the records.
func (v verified) print(w io.Writer, dir string) {
	for _, row := range []struct {
		what string
		n    int
	}{
		{"lines", v.Lines}, {"records", v.Records}, {"bad", v.Bad}, {"half-written", v.Half}, {"doubled", v.Doubled},
		{"disagreeing", v.Disagreeing}, {"strange", v.Strange}, {"missing", v.Missing},
	} {
		fmt.Fprintf(w, "%-16s %d\n", row.what, row.n)
	}
	if v.WithoutChecksum > 0 {
		fmt.Fprintf(w, "%-16s %d: damage to them may not be noticed\n", "without checksum", v.WithoutChecksum)
	}
	for _, by := range slices.Sorted(maps.Keys(v.ComputedBy)) {
		fmt.Fprintf(w, "%-16s %s: %d\n", "computed by", by, v.ComputedBy[by])
	}
	for _, f := range v.Faults {
		fmt.Fprintf(w, "%s %s\n", f.Kind, f)
	}
	if v.Moved > 0 {
		fmt.Fprintf(w, "moved %d lines to %s\n", v.Moved, filepath.Join(dir, study.AsideFile))
	}
}
