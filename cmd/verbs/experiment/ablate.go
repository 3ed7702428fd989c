package experiment

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/result"
	"longseq/cmd/verbs/session"
	"longseq/internal/printable"
	"longseq/study/ablation"
	"longseq/study/notebook"
	"longseq/study/report"
	"longseq/study/training"
)

// ablation flags, which train has too for a plan.
type ablateFlags struct {
	out            string
	shard          *session.Shard
	parallel       int
	dryRun, asJSON bool
}

func ablateCommand(s *session.Session) *cobra.Command {
	var (
		f      ablateFlags
		fields bool
	)
	cmd := &cobra.Command{
		Use:   "ablate PLAN",
		Short: "Run an ablation: train variants of models, ask them, and draw the results",
		Long: "Trains the variants that a plan names, with every training seed, asks them, and draws figures. What is there already is\n" +
			"kept, and the same call continues what was interrupted. longseq train PLAN does the training alone, longseq sweep PLAN the asking.\n\n" +
			"A plan, in YAML:\n" +
			"  base: mamba2                        # a tiny model, a folder with a config.json, or a list of them\n" +
			"  vary:                               # the variants are all combinations of these values\n" +
			"    config.ssm_cfg.d_state: [8, 16, 32, 64]\n" +
			"  train_seeds: [1, 2, 3]\n" +
			"  match: params                       # variants get the width with as many parameters: params, state or none\n" +
			"  train: {steps: 1800, length: 64, lr: own}\n" +
			"  ask: {tasks: [recall], lengths: [64, 128, 256], formats: [essay-word], samples: 128}\n" +
			"Keys are config.PATH as in config.json, train.PATH and task.PATH: longseq ablate --fields mamba2 lists them. In place of vary,\n" +
			"variants bundles settings under names:\n" +
			"  variants:\n" +
			"    rope: {base: transformerpp}\n" +
			"    no-rope: {base: transformerpp, config.attn_cfg.rotary_emb_dim: 0}\n" +
			"A list as lr is searched, apart for each variant, with a seed and rows of its own.\n" +
			"Models are trained on recall, or on a synthetic task with its settings (longseq tasks --list), and asked what they were trained on:\n" +
			"  vary: {task.pairs: [4, 8, 16]}\n" +
			"  train: {task: mqar, vocab: 64, lengths: mixed}\n" +
			"  ask: {tasks: [mqar pairs=8], lengths: [64, 128], samples: 128}",
		Example: "  longseq ablate state-size.yaml --dry-run\n" +
			"  longseq ablate state-size.yaml\n" +
			"  longseq ablate state-size.yaml --shard 1/2\n" +
			"  longseq ablate --fields mamba2",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if fields {
				return printFields(s, append(args, "mamba2")[0], f.asJSON)
			}
			if len(args) == 0 {
				return session.Usagef("longseq ablate: PLAN is missing; see longseq ablate --help")
			}
			p, w, err := f.plan(s, args[0])
			if err != nil {
				return err
			}
			if f.dryRun {
				return f.estimate(cmd, s, p, w)
			}
			models, err := f.train(cmd, s, p, w)
			if err != nil {
				return err
			}
			if _, missing, err := p.Models(w); err != nil || len(missing) > 0 || p.Ask == nil {
				if err == nil && p.Ask != nil {
					s.Say([]string{fmt.Sprintf("%d models of other shards are missing, so that nothing is asked yet: call longseq ablate %s when all are trained", len(missing), args[0])})
				}
				return f.print(s, w, models, err)
			}
			store, err := p.AskModels(cmd.Context(), w, s.SweepProgress(), func(line string) { s.Say([]string{line}) })
			if err != nil {
				return err
			}
			summary := report.Of(store, session.Confidence)
			if _, err := result.Draw(summary, nil, w.Figures(), false); err != nil {
				return err
			}
			if f.asJSON {
				return f.print(s, w, models, nil)
			}
			_, err = fmt.Fprintf(s.Out, "%s\n%s\nThe models are in %s, the records in %s, the figures in %s.\n", ablation.Trained(models).Render(),
				summary.TableByLength().Text(), w.Models(), w.Store(), w.Figures())
			return err
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&fields, "fields", false, "list the keys that variants of a base may set (default: mamba2), with type, the base's value and meaning")
	cmd.Flags().StringVar(&f.out, "out", "", "the `FOLDER` for models, records and figures (default: results/ and the plan's file name)")
	cmd.Flags().IntVar(&f.parallel, "parallel", 0, "models trained at the same time (default: one per core, or one on a GPU)")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

// add adds the flags that a verb has only for plans.
func (f *ablateFlags) add(cmd *cobra.Command) {
	f.shard = session.AddShard(cmd, "train")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "only print what there is to train: runs, tokens, seconds and memory, measured by a few steps")
}

// plan reads a plan and says where its files lie.
func (f *ablateFlags) plan(s *session.Session, path string) (ablation.Plan, ablation.Where, error) {
	w := ablation.Where{Dir: f.out, Backend: s.Backend}
	if f.parallel < 0 || f.parallel > session.MaxWorkers {
		return ablation.Plan{}, w, session.Usagef("--parallel is %d; want 0 to %d", f.parallel, session.MaxWorkers)
	}
	p, err := ablation.Read(path)
	if err != nil {
		return p, w, err
	}
	if w.Dir == "" {
		w.Dir = ablation.DefaultDir(path)
	}
	if f.shard != nil {
		w.Shard, err = f.shard.Parse(s)
	}
	return p, w, err
}

// options are how the runs are trained.
func (f *ablateFlags) options(s *session.Session) training.Options {
	o := training.Options{Parallel: f.parallel, Notice: func(line string) { s.Say([]string{line}) }}
	if !s.Quiet {
		o.Progress = notebook.TrainingProgress()
	}
	return o
}

// train prints the variants with their sizes and trains them.
func (f *ablateFlags) train(cmd *cobra.Command, s *session.Session, p ablation.Plan, w ablation.Where) ([]ablation.Model, error) {
	if !f.asJSON {
		variants, err := p.Variants()
		if err != nil {
			return nil, err
		}
		if _, err := fmt.Fprintln(s.Out, ablation.Table(variants).Render()); err != nil {
			return nil, err
		}
	}
	return p.TrainModels(cmd.Context(), w, f.options(s))
}

// print prints how the models were trained.
func (f *ablateFlags) print(s *session.Session, w ablation.Where, models []ablation.Model, err error) error {
	if err != nil {
		return err
	}
	if f.asJSON {
		records := make([]training.Record, len(models))
		for i, m := range models {
			records[i] = m.Record
		}
		return s.PrintJSON(records)
	}
	_, err = fmt.Fprintf(s.Out, "%s\nThe models are in %s.\n", ablation.Trained(models).Render(), w.Models())
	return err
}

func (f *ablateFlags) estimate(cmd *cobra.Command, s *session.Session, p ablation.Plan, w ablation.Where) error {
	e, err := p.DryRun(cmd.Context(), w, f.options(s))
	if err != nil {
		return err
	}
	if f.asJSON {
		return s.PrintJSON(e)
	}
	variants := make([]ablation.Variant, len(e.Variants))
	for i, v := range e.Variants {
		variants[i] = v.Variant
	}
	memory := "not known"
	if e.Bytes > 0 {
		memory = fmt.Sprintf("%.1f GB", float64(e.Bytes)/1e9)
	}
	_, err = fmt.Fprintf(s.Out, "%s\n%d runs to train, %d found, %d trainings to search learning rates: %d tokens, about %s with %d at a time, memory %s\n",
		ablation.Table(variants).Render(), e.Runs, e.Found, e.Searches, e.Tokens, time.Duration(e.Seconds*float64(time.Second)).Round(time.Second), e.Parallel, memory)
	return err
}

// printFields lists the keys that variants of a base may set.
func printFields(s *session.Session, base string, asJSON bool) error {
	fields, err := ablation.Fields(base)
	if err != nil {
		return err
	}
	if asJSON {
		return s.PrintJSON(fields)
	}
	w := tabwriter.NewWriter(printable.Writer(s.Out), 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "key\ttype\t%s\tmeaning\n", filepath.Base(base))
	for _, f := range fields {
		value, err := json.Marshal(f.Default)
		if err != nil {
			return err
		}
		if f.Task != "" {
			f.Meaning = f.Task + ": " + f.Meaning
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Key, f.Type, value, f.Meaning)
	}
	return w.Flush()
}
