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
		folders                []string
		out, shard, data       string
		workers, chunk         int
		status, dryRun, asJSON bool
		fillStuck              bool
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
			"Optional: name, seeds, distances (tokens from needle to question, for the retention curve), corpus (a text file), batch.\n" +
			"With the plan of an ablation, asks the models that longseq train PLAN has trained: see longseq ablate.",
		Example: "  longseq sweep plan.yaml\n" +
			"  longseq sweep plan.yaml --dry-run\n" +
			"  longseq sweep plan.yaml --shard 0/2\n" +
			"  longseq sweep plan.yaml --status --json",
		Args: session.Arguments("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if ablation.IsPlan(args[0]) {
				return sweepAblation(cmd, s, args[0], out, asJSON)
			}
			plan, err := study.ReadPlan(args[0])
			if err != nil {
				return err
			}
			if out == "" {
				name := filepath.Base(args[0])
				out = filepath.Join("results", strings.TrimSuffix(name, filepath.Ext(name)))
			}
			here := models.Checkpoints{Folders: folders, Backend: s.Backend, Chunk: chunk, Manners: plan.Manners}
			options := here.RulerOptions(plan, data)
			options.FillStuck = options.FillStuck || fillStuck
			tasks, err := here.Tasks(options)
			if err != nil {
				return err
			}
			if status {
				return printStatus(s, out, tasks, asJSON)
			}
			sweep := study.Sweep{Plan: plan, Tasks: tasks, Dir: out}
			if shard != "" {
				if sweep.Shard, err = study.ParseShard(shard); err != nil {
					return session.Usagef("%w", err)
				}
			}
			switch {
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
				sweep.Workers = here.Concurrency(len(plan.Models))
			}
			if sweep.Workers > 1 {
				processes := models.NewProcesses(here, sweep.Workers)
				defer func() { err = errors.Join(err, processes.Close()) }()
				sweep.Models = processes
			}
			sweep.Progress = s.SweepProgress()
			store, err := sweep.Run(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printStatus(s, out, tasks, true)
			}
			_, err = fmt.Fprintf(s.Out, "%s\nThe records are in %s. Now: longseq figure %s\n", report.Of(store, session.Confidence).TableByLength().Text(), out, out)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&folders, "models", []string{"models"}, "`FOLDER`s that hold the models")
	flags.StringVar(&out, "out", "", "the store's `FOLDER` (default: results/ and the plan's file name)")
	flags.StringVar(&data, "data", "", "a `FOLDER` with RULER's own texts (default: built-in texts)")
	flags.BoolVar(&fillStuck, "fill-stuck", false, "fill samples to their length where RULER's own loop would not end, such as qa below 4096 tokens (marked: not RULER's samples)")
	flags.StringVar(&shard, "shard", "", "run only part `I/N` of the plan, with I from 0")
	flags.IntVar(&workers, "workers", 0, "models that run at the same time and share the cores (default: one per core, or one on a GPU)")
	flags.IntVar(&chunk, "chunk", 0, "tokens read in one step (default: the training length, or 512)")
	flags.BoolVar(&status, "status", false, "only print how much of the plan is in the store")
	flags.BoolVar(&dryRun, "dry-run", false, "only print how many samples and tokens there are to ask")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// sweepAblation asks the models of an ablation, which must be trained.
func sweepAblation(cmd *cobra.Command, s *session.Session, path, out string, asJSON bool) error {
	for _, flag := range []string{"models", "shard", "workers", "chunk", "data", "fill-stuck", "status", "dry-run"} {
		if cmd.Flags().Changed(flag) {
			return session.Usagef("sweep: --%s is not for the plan of an ablation", flag)
		}
	}
	f := ablateFlags{out: out}
	p, w, err := f.plan(s, path)
	if err != nil {
		return err
	}
	store, err := p.AskModels(cmd.Context(), w, s.SweepProgress(), func(line string) { s.Say([]string{line}) })
	if err != nil {
		return err
	}
	if asJSON {
		tasks, err := models.Checkpoints{Folders: []string{w.Models()}, Backend: s.Backend}.Tasks(models.RulerOptions{})
		if err != nil {
			return err
		}
		return printStatus(s, w.Store(), tasks, true)
	}
	_, err = fmt.Fprintf(s.Out, "%s\nThe records are in %s. Now: longseq figure %s\n", report.Of(store, session.Confidence).TableByLength().Text(), w.Store(), w.Store())
	return err
}

func printStatus(s *session.Session, dir string, tasks study.Tasks, asJSON bool) error {
	status, err := study.ReadStatus(dir, tasks)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sweep: there is no store in %s yet", dir)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return s.PrintJSON(status)
	}
	w := tabwriter.NewWriter(printable.Writer(s.Out), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "model\tsamples\tof\t")
	for _, m := range status.Models {
		fmt.Fprintf(w, "%s\t%d\t%d\t\n", m.Model, m.Done, m.Total)
	}
	fmt.Fprintf(w, "all\t%d\t%d\t\n", status.Done, status.Total)
	return w.Flush()
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
