package experiment

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/lcmodels/extend"
	"longseq/study/calibrate"
	"longseq/study/models"
)

func calibrateCommand(s *session.Session) *cobra.Command {
	var (
		o      calibrate.Options
		out    string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "calibrate MODEL --length TOKENS",
		Short: "Search a scale for each recurrent layer, so that a model reads further",
		Long: "Searches a factor for each recurrent layer of MODEL, without gradients (MambaExtend, Azizi et al. 2025), so that the right\n" +
			"answers of a task at a length, or the tokens of a text, are as likely as can be. Writes the factors to a JSON file with where\n" +
			"they come from: --extend calibrated=FILE of eval, sweep, generate and logits applies them, to this model only.\n" + session.ModelHelp,
		Example: "  longseq calibrate tiny-mamba2 --text essay.txt --length 16 --rows 2 --steps 1 --out calibration.json\n" +
			"  longseq calibrate models/seed2/griffin --scale decay-scale --length 128 --rows 5 --steps 1 --out calibration.json",
		Args: session.Arguments("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return session.Usagef("calibrate: --out is missing: the file to write")
			}
			if o.Text != "" && !cmd.Flags().Changed("task") {
				o.Task = ""
			}
			location, err := models.Locate(args[0])
			if err != nil {
				return err
			}
			o.Model, o.Location, o.Backend = args[0], location, s.Backend
			if location.Path == args[0] {
				o.Model = filepath.Base(filepath.Clean(args[0]))
			}
			var bar func(int)
			o.Progress = func(done, of int, best float64) {
				if bar == nil {
					bar = s.Bar("evaluations", of)
				}
				bar(done)
			}
			c, err := calibrate.Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := c.Write(out); err != nil {
				return err
			}
			if asJSON {
				return s.PrintJSON(c)
			}
			_, err = fmt.Fprintf(s.Out, "%s=%s\nnats of a right answer or token, the fewer the better: %.4f before, %.4f after; on rows that the search did not see %.4f and %.4f\n"+
				"The factors are in %s. Now: --extend %s=%s\n", c.Scale, c.Factors, c.Before, c.After, c.HeldOutBefore, c.HeldOutAfter, out, extend.Calibrated, out)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Scale, "scale", "", "what is scaled: "+strings.Join(extend.Scales, ", ")+" (default: the first that the model has)")
	flags.IntVar(&o.Length, "length", 0, "`TOKENS` of a row")
	flags.IntVar(&o.Rows, "rows", 40, "rows that each evaluation reads")
	flags.IntVar(&o.Steps, "steps", 20, "steps of the search, three evaluations each")
	flags.Int64Var(&o.Seed, "seed", 1, "random seed of rows and search")
	flags.StringVar(&o.Task, "task", "recall", "the `TASK` whose right answers are predicted")
	flags.StringVar(&o.Format, "format", "essay-word", "haystack-value format of the task's samples")
	flags.StringVar(&o.Text, "text", "", "predict the tokens of this `FILE` in place of a task's answers")
	flags.StringVar(&out, "out", "", "the JSON `FILE` to write")
	flags.BoolVar(&asJSON, "json", false, "print the file's content")
	return cmd
}
