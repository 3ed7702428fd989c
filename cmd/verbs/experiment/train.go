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
		t training.Training
		f ablateFlags
	)
	cmd := &cobra.Command{
		Use:   "train [ARCHITECTURE...|PLAN]",
		Short: "Train tiny models on needles in real text, all in the same way",
		Long: "Trains models of about 100,000 parameters on needles in sequences of 64 tokens, each in its own process, with the same rows\n" +
			"in the same order and one recipe. Without names, trains all: " + strings.Join(session.Architectures(), ", ") + ".\n" +
			"Models that are trained already are kept, and the same call continues a training that was interrupted.\n" +
			"With the file of a plan, trains the variants that it names: see longseq ablate.",
		Example: "  longseq train llama --steps 40\n" +
			"  longseq train state-size.yaml --shard 0/2\n" +
			"  longseq train mamba2 griffin --steps 40 --seed 2 --out models/seed2 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if t.Steps < 0 || cmd.Flags().Changed("steps") && t.Steps == 0 {
				return session.Usagef("train: --steps is %d; want 1 or more", t.Steps)
			}
			if f.parallel < 0 || f.parallel > session.MaxWorkers {
				return session.Usagef("train: --parallel is %d; want 0 to %d", f.parallel, session.MaxWorkers)
			}
			if len(args) == 1 && (strings.HasSuffix(args[0], ".yaml") || strings.HasSuffix(args[0], ".yml") || strings.HasSuffix(args[0], ".json")) {
				return f.trainPlan(cmd, s, args[0])
			}
			if f.shard.Given() || f.dryRun {
				return session.Usagef("train: --shard and --dry-run are for plans: longseq train PLAN")
			}
			t.Architectures, t.Backend, t.Parallel = args, s.Backend, f.parallel
			if !s.Quiet {
				t.Progress = notebook.TrainingProgress()
			}
			t.Notice = func(line string) { s.Say([]string{line}) }
			records, err := t.Run(cmd.Context())
			if err != nil {
				return err
			}
			if f.asJSON {
				return s.PrintJSON(records)
			}
			_, err = fmt.Fprintf(s.Out, "%s\nThe models are in %s. Now: longseq sweep PLAN --models %s\n", training.Table(records).Render(), t.Dir, t.Dir)
			return err
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&t.Dir, "out", "models", "the `FOLDER` for the models, a subfolder each")
	flags.Int64Var(&t.Seed, "seed", 1, "random seed of initial weights and training rows")
	flags.IntVar(&t.Steps, "steps", 0, "training steps (default: the recipe's)")
	flags.Float64Var(&t.LR, "lr", 0, "learning rate (default: the architecture's)")
	flags.StringSliceVar(&t.Formats, "formats", training.DefaultFormats, "haystack-value formats of the training rows")
	flags.StringVar(&t.Corpus, "corpus", "", "a text `FILE` as haystack (default: Newton's Opticks)")
	flags.IntVar(&f.parallel, "parallel", 0, "models trained at the same time (default: one per core)")
	flags.BoolVar(&f.asJSON, "json", false, "print the training records as JSON")
	return cmd
}

// trainPlan trains the runs of a plan. Of the flags only those hold that a plan does not say.
func (f *ablateFlags) trainPlan(cmd *cobra.Command, s *session.Session, path string) error {
	for _, flag := range []string{"seed", "steps", "lr", "formats", "corpus"} {
		if cmd.Flags().Changed(flag) {
			return session.Usagef("train: --%s is not for plans: set it in %s", flag, path)
		}
	}
	if cmd.Flags().Changed("out") {
		f.out = cmd.Flag("out").Value.String()
	}
	p, w, err := f.plan(s, path)
	if err != nil {
		return err
	}
	if f.dryRun {
		return f.estimate(cmd, s, p, w)
	}
	models, err := f.train(cmd, s, p, w)
	return f.print(s, w, models, err)
}
