package verbs

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/study/notebook"
	"longseq/study/training"
)

func trainCommand(s *session) *cobra.Command {
	var (
		t      training.Training
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "train [ARCHITECTURE...]",
		Short: "Train tiny models on needles in real text, on equal terms",
		Long: "Trains models of about 100,000 parameters on needles in 64 tokens, each in a process of its own: the same rows in\n" +
			"the same order under one recipe. Without names, all six: transformerpp, llama, mamba2, mamba2attn, rwkv6, griffin.\n" +
			"What is trained already is kept; interrupted, it goes on where it stopped.",
		Example: "  longseq train llama --steps 40\n" +
			"  longseq train mamba2 griffin --steps 40 --seed 2 --out models/seed2 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if t.Steps < 0 || cmd.Flags().Changed("steps") && t.Steps == 0 {
				return usagef("train: --steps is %d; want 1 or more", t.Steps)
			}
			t.Architectures, t.Backend = args, s.backend
			if !s.quiet {
				t.Progress = notebook.TrainingProgress()
			}
			records, err := t.Run(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return s.printJSON(records)
			}
			_, err = fmt.Fprintf(s.out, "%s\nThe models are in %s. Now: longseq sweep PLAN --models %s\n", training.Table(records).Render(), t.Dir, t.Dir)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&t.Dir, "out", "models", "the `FOLDER` in which each model gets a folder of its name")
	flags.Int64Var(&t.Seed, "seed", 1, "seed of weights and rows")
	flags.IntVar(&t.Steps, "steps", 0, "steps (default: the recipe's)")
	flags.Float64Var(&t.LR, "lr", 0, "learning rate (default: the architecture's)")
	flags.StringSliceVar(&t.Formats, "formats", training.DefaultFormats, "haystack-value formats that rows are drawn from")
	flags.StringVar(&t.Corpus, "corpus", "", "a text `FILE` as haystack (default: Newton's Opticks)")
	flags.IntVar(&t.Parallel, "parallel", 0, "models at a time (default: one a core)")
	flags.BoolVar(&asJSON, "json", false, "print the training records as JSON")
	return cmd
}
