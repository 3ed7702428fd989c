package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/printable"
	"longseq/kernelsrc/backend"
	"longseq/study"
	"longseq/study/ablation"
	"longseq/study/models"
	"longseq/study/report"
)

func sweepCommand(s *session.Session) *cobra.Command {
	var (
		folders, extends       []string
		out, data              string
		workers, chunk, seeds  int
		status, dryRun, asJSON bool
		fillStuck              bool
		shard                  *session.Shard
	)
	cmd := &cobra.Command{
		Use:   "sweep PLAN",
		Short: "Run a plan: evaluate models on tasks and record every answer",
		Long: "Runs a plan file and writes records to the store, one JSON line per sample. Samples that the store has are not asked again,\n" +
			"so the same call continues a sweep that was interrupted. Several processes can share a plan with --shard.\n\n" +
			"A plan, in YAML:\n" +
			"  models: [mamba2, llama]        # folders in --models, or paths\n" +
			"  tasks: [recall]\n" +
			"  lengths: [64, 128, 256]        # tokens\n" +
			"  depths: [0, 50, 100]           # percent of the haystack before the needle\n" +
			"  formats: [essay-word]          # haystack-value, or haystack-key-value\n" +
			"  samples: 128                   # per model, task, length, depth, format and seed\n" +
			"Tasks are those of longseq tasks --list; a synthetic one may have settings: mqar pairs=16.\n" +
			"Optional: name, train_seeds (of each model, trained as model-seed=2; 1: the model's own name), seeds, distances (tokens from needle to question, for the retention curve), corpus (a text file), batch,\n" +
			"extend (interventions on length that every model is asked under: [none, dt-scale=0.5]; or at single models, as in\n" +
			"models: [mamba2, mamba2@dt-scale=0.5]). " + session.ExtendHelp + "\n" +
			"With the plan of an ablation, asks the models that longseq train PLAN has trained: see longseq ablate.",
		Example: "  longseq sweep plan.yaml\n" +
			"  longseq sweep plan.yaml --dry-run\n" +
			"  longseq sweep plan.yaml --shard 0/2\n" +
			"  longseq sweep plan.yaml --status --json",
		Args: session.Arguments("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			part, err := shard.Parse(s)
			if err != nil {
				return err
			}
			if ablation.IsPlan(args[0]) {
				return sweepAblation(cmd, s, args[0], out, part, asJSON)
			}
			plan, err := study.ReadPlan(args[0])
			if err != nil {
				return err
			}
			if len(extends) > 0 {
				if len(plan.Extend) > 0 {
					return session.Usagef("sweep: --extend, and the plan has extend: want one of them")
				}
				plan.Extend = extends
				if err := plan.Validate(); err != nil {
					return session.Usagef("sweep: --extend: %w", err)
				}
			}
			if out == "" {
				name := filepath.Base(args[0])
				out = filepath.Join("results", strings.TrimSuffix(name, filepath.Ext(name)))
			}
			here := models.Checkpoints{Folders: folders, Backend: s.Backend, Chunk: chunk}
			tasks, err := here.Tasks(models.RulerOptions{Data: data, FillStuck: fillStuck})
			if err != nil {
				return err
			}
			if status {
				return printStatus(s, out, tasks, part, asJSON)
			}
			if seeds > 0 && seeds < len(plan.TrainSeeds) {
				plan.TrainSeeds = plan.TrainSeeds[:seeds]
			}
			sweep := study.Sweep{Plan: plan, Tasks: tasks, Dir: out, Shard: part}
			switch {
			case cmd.Flags().Changed("seeds") && (seeds < 1 || seeds > len(plan.TrainSeeds)):
				return session.Usagef("sweep: --seeds is %d; %s has %d train_seeds", seeds, args[0], len(plan.TrainSeeds))
			case workers < 0 || chunk < 0:
				return session.Usagef("sweep: --workers is %d and --chunk %d; want 0 or more", workers, chunk)
			case workers > session.MaxWorkers:
				return session.Usagef("sweep: --workers is %d; want at most %d", workers, session.MaxWorkers)
			case chunk > session.MaxChunk:
				return session.Usagef("sweep: --chunk is %d; want at most %d tokens", chunk, session.MaxChunk)
			}
			sweep.Models = here
			if dryRun {
				return printEstimate(s, sweep, asJSON)
			}
			if found, err := backend.Find(s.Backend); err == nil && found.Warning != "" { // an error is reported by the workers
				if _, err := study.Resolve(plan, here, tasks); err != nil {
					return err
				}
				s.Warn(found)
			}
			if sweep.Workers = workers; workers == 0 {
				sweep.Workers = here.Concurrency(len(plan.Trainings()))
			}
			if err := here.CheckWorkers(sweep.Workers); err != nil {
				return session.Usagef("sweep: --workers: %w", err)
			}
			if sweep.Workers > 1 {
				processes := models.NewProcesses(here, sweep.Workers)
				defer func() { err = errors.Join(err, processes.Close()) }()
				sweep.Models = processes
			}
			sweep.Progress = s.SweepProgress()
			if part.Of > 1 {
				samples, err := sweep.Fill(cmd.Context())
				return printShard(s, out, tasks, part, samples, asJSON, err)
			}
			store, err := sweep.Run(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printWhole(s, out, tasks, part)
			}
			_, err = fmt.Fprintf(s.Out, "%s\nThe records are in %s. Now: longseq figure %s\n", report.Of(store, session.Confidence).TableByLength().Text(), out, out)
			return err
		},
	}
	flags := cmd.Flags()
	shard = session.AddShard(cmd, "run")
	flags.StringSliceVar(&folders, "models", []string{"models"}, "`FOLDER`s that hold the models")
	flags.StringVar(&out, "out", "", "the store's `FOLDER` (default: results/ and the plan's file name)")
	flags.StringArrayVar(&extends, "extend", nil, "ask every model under this intervention on length, as extend in the plan does (`SPEC`; may be repeated, none is the model as it is)")
	flags.StringVar(&data, "data", "", "a `FOLDER` with RULER's own texts (default: built-in texts)")
	flags.BoolVar(&fillStuck, "fill-stuck", false, "fill samples to their length where RULER's own loop would not end, such as qa below 4096 tokens (marked: not RULER's samples)")
	flags.IntVar(&seeds, "seeds", 0, "ask only the first `N` of the plan's train_seeds (default: all)")
	flags.IntVar(&workers, "workers", 0, "models that run at the same time and share the cores (default: one per core, or one on each GPU)")
	flags.IntVar(&chunk, "chunk", 0, "tokens read in one step (default: the training length, or 512)")
	flags.BoolVar(&status, "status", false, "only print how much of the plan, or of the shard, is in the store; the exit status is 0 if it is whole, else 3")
	flags.BoolVar(&dryRun, "dry-run", false, "only print how many samples and tokens there are to ask")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// sweepAblation asks the models of an ablation, which must be trained.
func sweepAblation(cmd *cobra.Command, s *session.Session, path, out string, part study.Shard, asJSON bool) error {
	for _, flag := range []string{"models", "extend", "seeds", "workers", "chunk", "data", "fill-stuck", "dry-run"} {
		if cmd.Flags().Changed(flag) {
			return session.Usagef("sweep: --%s is not for the plan of an ablation", flag)
		}
	}
	f := ablateFlags{out: out}
	p, w, err := f.plan(s, path)
	if err != nil {
		return err
	}
	tasks, err := models.Checkpoints{Folders: []string{w.Models()}, Backend: s.Backend}.Tasks(models.RulerOptions{})
	if err != nil {
		return err
	}
	w.Shard = part
	if status, _ := cmd.Flags().GetBool("status"); status {
		return printStatus(s, w.Store(), tasks, part, asJSON)
	}
	notice := func(line string) { s.Say([]string{line}) }
	if part.Of > 1 {
		samples, err := p.AskShard(cmd.Context(), w, s.SweepProgress())
		return printShard(s, w.Store(), tasks, part, samples, asJSON, err)
	}
	store, err := p.AskModels(cmd.Context(), w, s.SweepProgress(), notice)
	if err != nil {
		return err
	}
	if asJSON {
		return printWhole(s, w.Store(), tasks, part)
	}
	_, err = fmt.Fprintf(s.Out, "%s\nThe records are in %s. Now: longseq figure %s\n", report.Of(store, session.Confidence).TableByLength().Text(), w.Store(), w.Store())
	return err
}

// printShard says that a shard's samples are in the store, unless they are not.
func printShard(s *session.Session, dir string, tasks study.Tasks, part study.Shard, samples int, asJSON bool, err error) error {
	if err != nil {
		return err
	}
	if asJSON {
		return printWhole(s, dir, tasks, part)
	}
	_, err = fmt.Fprintf(s.Out, "All %d samples of shard %d of %d are in %s.\n", samples, part.Index, part.Of, dir)
	return err
}

// printWhole prints the status of a sweep that has just ended, as JSON. What others have damaged meanwhile is no error.
func printWhole(s *session.Session, dir string, tasks study.Tasks, part study.Shard) error {
	err := printStatus(s, dir, tasks, part, true)
	if errors.As(err, new(session.Incomplete)) {
		return nil
	}
	return err
}

// printStatus prints how much of a shard is in the store. The error is a session.Incomplete if not all is.
func printStatus(s *session.Session, dir string, tasks study.Tasks, part study.Shard, asJSON bool) error {
	all, err := study.ShardStatus(dir, tasks, part)
	if errors.Is(err, fs.ErrNotExist) {
		return session.Incomplete{Why: fmt.Sprintf("sweep: there is no store in %s yet", dir)}
	}
	if err != nil {
		return err
	}
	status, end := all[0], error(nil)
	if status.Missing() > 0 {
		end = session.Incomplete{}
	}
	if asJSON {
		return errors.Join(s.PrintJSON(status), end)
	}
	w := tabwriter.NewWriter(printable.Writer(s.Out), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "model\tsamples\tof\t")
	for _, m := range status.Models {
		fmt.Fprintf(w, "%s\t%d\t%d\t\n", m.Model, m.Done, m.Total)
	}
	fmt.Fprintf(w, "all\t%d\t%d\t\n", status.Done, status.Total)
	return errors.Join(w.Flush(), end)
}

func printEstimate(s *session.Session, sweep study.Sweep, asJSON bool) error {
	e, err := sweep.DryRun()
	if err != nil {
		return err
	}
	if asJSON {
		return s.PrintJSON(e)
	}
	w := tabwriter.NewWriter(printable.Writer(s.Out), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "model\tcells\tsamples to ask\ttokens\t")
	for _, m := range e.Models {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", m.Model, m.Cells, m.Missing, m.Tokens)
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t\n", e.Cells, e.Missing, e.Tokens)
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, resolution(sweep.Plan.Samples))
	return err
}
