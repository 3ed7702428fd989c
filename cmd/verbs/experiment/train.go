package experiment

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/study/notebook"
	"longseq/study/training"
)

func trainCommand(s *session.Session) *cobra.Command {
	var (
		t      training.Training
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "train [ARCHITECTURE...]",
		Short: "Train tiny models on needles in real text, all in the same way",
		Long: "Trains models of about 100,000 parameters on needles in sequences of 64 tokens, each in its own process, with the same rows\n" +
			"in the same order and one recipe. Without names, trains all: " + strings.Join(session.Architectures(), ", ") + ".\n" +
			"Models that are trained already are kept, and the same call continues a training that was interrupted.",
		Example: "  longseq train llama --steps 40\n" +
			"  longseq train mamba2 griffin --steps 40 --seed 2 --out models/seed2 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if t.Steps < 0 || cmd.Flags().Changed("steps") && t.Steps == 0 {
				return session.Usagef("train: --steps is %d; want 1 or more", t.Steps)
			}
			if t.Parallel < 0 || t.Parallel > session.MaxWorkers {
				return session.Usagef("train: --parallel is %d; want 0 to %d", t.Parallel, session.MaxWorkers)
			}
			t.Architectures, t.Backend = args, s.Backend
			if !s.Quiet {
				t.Progress = notebook.TrainingProgress()
			}
			t.Notice = func(line string) { s.Say([]string{line}) }
			records, err := t.Run(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return s.PrintJSON(records)
			}
			_, err = fmt.Fprintf(s.Out, "%s\nThe models are in %s. Now: longseq sweep PLAN --models %s\n", training.Table(records).Render(), t.Dir, t.Dir)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&t.Dir, "out", "models", "the `FOLDER` for the models, a subfolder each")
	flags.Int64Var(&t.Seed, "seed", 1, "random seed of initial weights and training rows")
	flags.IntVar(&t.Steps, "steps", 0, "training steps (default: the recipe's)")
	flags.Float64Var(&t.LR, "lr", 0, "learning rate (default: the architecture's)")
	flags.StringSliceVar(&t.Formats, "formats", training.DefaultFormats, "haystack-value formats of the training rows")
	flags.StringVar(&t.Corpus, "corpus", "", "a text `FILE` as haystack (default: Newton's Opticks)")
	flags.IntVar(&t.Parallel, "parallel", 0, "models trained at the same time (default: one per core)")
	flags.BoolVar(&asJSON, "json", false, "print the training records as JSON")
	return cmd
}
