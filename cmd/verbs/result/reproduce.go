package result

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/ruler"
	"longseq/internal/printable"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/study/reproduce"
)

// reproduceFlags are the flags of paper reproduce.
type reproduceFlags struct {
	options                      reproduce.Options
	models, tables               []string
	out, identities, dots        string
	shard                        *session.Shard
	onlyEstimate, onlyPlan, json bool
}

func reproduceCommand(s *session.Session) *cobra.Command {
	f := &reproduceFlags{}
	cmd := &cobra.Command{
		Use:   "reproduce",
		Short: "Measure the paper's tables again: all models, all tables, one store, one report",
		Long: "Asks the paper's models the samples of its tables, each sample once however many tables rest on it, few of every cell first, so\n" +
			"that a run that is stopped early has all scores with wide intervals. The same call continues it; several processes share it with\n" +
			"--shard, and their record files merge in one folder. Writes to DIR: the store, the 17 tables as text, Markdown, LaTeX and CSV with\n" +
			"the paper's numbers and ours, a figure for every table, report.md, report.html and report.json.\n" +
			"Models are taken from the hub's cache (longseq models pull), or from a folder of --weights, in folders named as in the paper's tables\n" +
			"or on the hub. Whether they are the paper's only the SHA-256 of their weights files can say: a FILE of --identities lists those\n" +
			"that you have verified, in YAML:\n" +
			"  models: {M2A: [0123...], SL: [4567..., 89ab...]}\n" +
			"Scores are comparable only with RULER's own essays and questions, from --data.",
		Example: "  longseq paper reproduce --weights tiny --models Mamba2,SL --tables 6,7 --lengths 1024 --limit 1\n" +
			"  longseq paper reproduce --weights tiny --models Mamba2,SL --estimate\n" +
			"  longseq paper reproduce --weights tiny --models Mamba2,SL --tables 1 --plan",
		Args: session.Arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return reproduceError(f.run(cmd.Context(), s)) },
	}
	flags := cmd.Flags()
	o := &f.options
	flags.StringSliceVar(&f.models, "models", []string{"all"}, "`NAMES` in the paper's tables, such as M2A,TPP")
	flags.StringSliceVar(&f.tables, "tables", []string{"all"}, "`NUMBERS` of the paper's tables: 1 to 4 and 6 to 18")
	flags.IntVar(&o.Samples, "limit", 0, "samples per task, length, depth and format (default: 250, as in the paper)")
	flags.IntSliceVar(&o.Lengths, "lengths", nil, "only these of the tables' lengths, in `TOKENS`")
	flags.StringVar(&o.Weights, "weights", "", "a `FOLDER` with the models' folders or .pth files (default: the hub's cache)")
	flags.StringVar(&o.Tokenizer, "tokenizer", "", "folder or file of the tokenizer of all models (default: beside the weights)")
	flags.StringVar(&o.Data, "data", "", "a `FOLDER` with RULER's own texts (default: built-in texts)")
	flags.StringVar(&f.out, "out", filepath.Join("results", "paper"), "the `FOLDER` for store, tables, figures and report")
	f.shard = session.AddShard(cmd, "write no report, and ask")
	flags.StringVar(&f.identities, "identities", "", "a `FILE` with the SHA-256 of the weights files of the paper's models, that you have verified")
	flags.BoolVar(&o.Explain, "explain", false, "ask scores that differ again in each way on which a published number may rest")
	flags.BoolVar(&f.onlyEstimate, "estimate", false, "only estimate tokens, time and memory")
	flags.BoolVar(&f.onlyPlan, "plan", false, "only print the plan, as YAML for longseq sweep")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	session.DotsFlag(cmd, &f.dots)
	return cmd
}

func (f *reproduceFlags) run(ctx context.Context, s *session.Session) (err error) {
	o := &f.options
	o.Backend, o.Confidence, o.RulerVersion = s.Backend, session.Confidence, ruler.V2024
	o.Dir = filepath.Join(f.out, "store")
	if o.Dots, err = lcmodels.ParseDots(f.dots); err != nil {
		return session.Usagef("paper reproduce: --dots %w", err)
	}
	if len(f.models) != 1 || f.models[0] != "all" {
		o.Models = f.models
	}
	if len(f.tables) != 1 || f.tables[0] != "all" {
		for _, text := range f.tables {
			number, err := strconv.Atoi(text)
			if err != nil {
				return session.Usagef("paper reproduce: --tables %q; want numbers such as 1,7, or all", printable.Line(text, 40))
			}
			o.Tables = append(o.Tables, number)
		}
	}
	if o.Shard, err = f.shard.Parse(s); err != nil {
		return err
	}
	if f.identities != "" {
		if o.Identities, err = reproduce.ReadIdentities(f.identities); err != nil {
			return err
		}
	}
	o.Progress = s.SweepProgress()
	o.Estimated = func(e reproduce.Estimate) {
		if found, err := backend.Find(s.Backend); err == nil {
			s.Warn(found)
		}
		if !f.json {
			fmt.Fprintln(s.Out, e)
		}
	}
	e, err := reproduce.Prepare(*o)
	if err != nil {
		return err
	}
	s.Say(e.Missing)
	switch {
	case f.onlyPlan:
		text, err := yaml.Marshal(e.Plan)
		if err != nil {
			return fmt.Errorf("paper reproduce: %w", err)
		}
		_, err = s.Out.Write(text)
		return err
	case f.onlyEstimate:
		estimate, err := e.Estimate()
		if err != nil {
			return err
		}
		if f.json {
			return s.PrintJSON(estimate)
		}
		return f.printEstimate(s, estimate)
	}
	if o.Shard.Of > 1 {
		if _, err := e.Ask(ctx); err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.Out, "Part %d/%d is in %s. When all parts are, the same call without --shard writes the report.\n", o.Shard.Index, o.Shard.Of, o.Dir)
		return err
	}
	report, err := e.Run(ctx)
	if err != nil {
		return err
	}
	written, err := report.Save(f.out)
	if err != nil {
		return err
	}
	if f.json {
		return s.PrintJSON(report)
	}
	text, err := os.ReadFile(filepath.Join(f.out, "tables", "table-01.txt"))
	if err == nil {
		fmt.Fprintln(s.Out, string(text))
	}
	_, err = fmt.Fprintf(s.Out, "%s\n%d files in %s; begin with %s\n", report.Summary(), len(written), f.out, filepath.Join(f.out, "report.html"))
	return err
}

// printEstimate prints an estimate, a line for each model.
func (f *reproduceFlags) printEstimate(s *session.Session, e reproduce.Estimate) error {
	w := tabwriter.NewWriter(printable.Writer(s.Out), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "model\tsamples\ttokens to read\tto answer\thours at most\tmemory GB\t")
	line := func(name string, e reproduce.Estimate) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.2f\t%.2f\t\n", name, e.Samples, e.Tokens-e.Answers, e.Answers, e.Seconds/3600, float64(e.Memory)/1e9)
	}
	for _, m := range e.Models {
		line(m.Model, m.Estimate)
	}
	line("all", e)
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.Out, "Prompts of a batch share what they begin with, and answers may end early: both make it less.")
	return err
}

// reproduceFlagOf names the flag of an option.
var reproduceFlagOf = map[string]string{"Table": "tables", "Tables": "tables", "Models": "models", "Lengths": "lengths", "Samples": "limit", "Quirk": "quirk"}

// reproduceError turns an error in an option into a session.UsageError that names the flag.
func reproduceError(err error) error {
	var wrong reproduce.OptionError
	if errors.As(err, &wrong) {
		return session.Usagef("paper reproduce: --%s: %w", reproduceFlagOf[wrong.Option], wrong.Err)
	}
	return err
}
