package experiment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/ruler"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/study/reproduce"
)

// evalFlags are the flags of eval.
type evalFlags struct {
	options                      reproduce.Options
	quirk, dots, ruler           string
	identities                   string
	onlyEstimate, onlyPlan, json bool
	shard                        *session.Shard
}

func evalCommand(s *session.Session) *cobra.Command {
	f := &evalFlags{}
	cmd := &cobra.Command{
		Use:   "eval MODEL --table N",
		Short: "Evaluate a model on a table of the paper and set its scores beside the paper's",
		Long: "Evaluates MODEL on the samples of one of the paper's tables (1 to 4, 6 to 18) and prints scores in its layout: the paper's,\n" +
			"ours with its 95% interval, and what the two samples say of the difference. Answers are kept in a store, one for all tables of\n" +
			"a model, so no sample is asked twice and the same call continues an evaluation that was interrupted. Nothing is said of a\n" +
			"difference unless MODEL's weights are known to be the paper's: see --identities; a name is no proof. Scores are comparable only\n" +
			"with RULER's own essays and questions, from --data; without it, built-in texts are used. An estimate of time and memory is\n" +
			"printed first. longseq paper reproduce does the same for all models and tables.\n" + session.ModelHelp + "\n" + session.ExtendHelp,
		Example: "  longseq eval tiny-llama --table 6 --lengths 1024 --limit 2\n" +
			"  longseq eval tiny-llama --table 2 --estimate\n" +
			"  longseq eval tiny-mamba2 --table 4 --plan",
		Args: session.Arguments("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.options.Model = args[0]
			return optionError(f.run(cmd.Context(), s))
		},
	}
	flags := cmd.Flags()
	o := &f.options
	flags.IntVar(&o.Table, "table", 0, "`NUMBER` of the paper's table: 1 to 4 or 6 to 18")
	flags.IntVar(&o.Samples, "limit", 0, "samples per task, length, depth and format (default: 250, as in the paper)")
	flags.IntSliceVar(&o.Lengths, "lengths", nil, "only these of the table's lengths, in `TOKENS`")
	flags.StringVar(&o.As, "as", "", "the paper's model to compare with, such as M2A (default: by MODEL's name, else by its architecture)")
	flags.StringVar(&o.Dir, "out", "", "the store's `FOLDER` (default: in results/eval, by model)")
	flags.StringVar(&o.Data, "data", "", "a `FOLDER` with RULER's own texts (default: built-in texts)")
	flags.StringVar(&o.Tokenizer, "tokenizer", "", "folder or file of the tokenizer (default: beside the weights)")
	flags.StringVar(&o.Template, "template", "", "chat template: "+strings.Join(ruler.TemplateNames(ruler.V2024), ", ")+" (default: the published model's own, else base)")
	flags.StringVar(&f.ruler, "ruler-version", string(ruler.V2024), "version of RULER: 2024 (as in the paper) or head")
	flags.StringVar(&f.identities, "identities", "", "a `FILE` with the SHA-256 of the weights files of the paper's models, that you have verified")
	flags.BoolVar(&o.Explain, "explain", false, "ask scores that differ again in each way on which a published number may rest")
	flags.BoolVar(&f.onlyEstimate, "estimate", false, "only estimate time and memory")
	flags.BoolVar(&f.onlyPlan, "plan", false, "only print the plan, as YAML")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	f.shard = session.AddShard(cmd, "ask")
	session.QuirkFlag(cmd, &f.quirk)
	session.ExtendFlag(cmd, &o.Extend)
	session.DotsFlag(cmd, &f.dots)
	return cmd
}

func (f *evalFlags) run(ctx context.Context, s *session.Session) error {
	o := &f.options
	o.Backend, o.RulerVersion, o.Quirk = s.Backend, ruler.Version(f.ruler), lcmodels.Quirk(f.quirk)
	o.Confidence = session.Confidence
	var err error
	if o.Dots, err = lcmodels.ParseDots(f.dots); err != nil {
		return session.Usagef("eval: --dots %w", err)
	}
	if o.Table == 0 {
		return session.Usagef("eval: --table: the paper has no table 0 of scores: want 1 to 4 or 6 to 18")
	}
	if o.Shard, err = f.shard.Parse(s); err != nil {
		return err
	}
	if f.identities != "" {
		if o.Identities, err = reproduce.ReadIdentities(f.identities); err != nil {
			return err
		}
	}
	o.Estimated = func(e reproduce.Estimate) { f.printEstimate(s, e) }
	o.Progress = s.SweepProgress()
	e, err := reproduce.Prepare(*o)
	if err != nil {
		return err
	}
	if f.onlyPlan {
		text, err := yaml.Marshal(e.Plan)
		if err != nil {
			return fmt.Errorf("eval: %w", err)
		}
		_, err = s.Out.Write(text)
		return err
	}
	if f.onlyEstimate {
		estimate, err := e.Estimate()
		if err != nil {
			return err
		}
		f.printEstimate(s, estimate)
		if f.json {
			return s.PrintJSON(reproduce.Result{Model: e.Model, As: e.As, Estimate: estimate})
		}
		_, err = fmt.Fprintln(s.Out, resolution(e.Plan.Samples))
		return err
	}
	if o.Shard.Of > 1 {
		samples, err := e.Ask(ctx)
		return printShard(s, e.Dir, nil, o.Shard, samples, false, err)
	}
	report, err := e.Run(ctx)
	if err != nil {
		return err
	}
	result := report.Result()
	if f.json {
		return s.PrintJSON(result)
	}
	_, err = fmt.Fprintf(s.Out, "\n%s", result.Text())
	return err
}

// printEstimate warns of a slow backend and prints the estimate, unless JSON is printed.
func (f *evalFlags) printEstimate(s *session.Session, e reproduce.Estimate) {
	if found, err := backend.Find(s.Backend); err == nil {
		s.Warn(found)
	}
	if !f.json {
		fmt.Fprintln(s.Out, e)
	}
}

// flagOf names the flag of an option.
var flagOf = map[string]string{
	"Table": "table", "Samples": "limit", "Lengths": "lengths", "As": "as", "Template": "template",
	"RulerVersion": "ruler-version", "Quirk": "quirk", "Extend": "extend",
}

// optionError turns an error in an option into a session.UsageError that names the flag.
func optionError(err error) error {
	var wrong reproduce.OptionError
	if errors.As(err, &wrong) {
		return session.Usagef("eval: --%s: %w", flagOf[wrong.Option], wrong.Err)
	}
	return err
}
