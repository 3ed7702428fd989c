package result

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/printable"
	"longseq/study/compare"
)

func compareCommand(s *session.Session) *cobra.Command {
	var (
		options             = compare.Options{Confidence: session.Confidence}
		score               string
		threshold, relative float64
		asJSON              bool
	)
	cmd := &cobra.Command{
		Use:   "compare STORE|FILE...",
		Short: "Compare models: scores, differences and effective lengths with intervals",
		Long: "Compares models by their answers to the same questions, in stores or in files of JSON lines with model, length, sample and\n" +
			"score (0 to 1), and optionally task, depth, format, train_seed, variant and logprob. Equal task, length and sample are the same\n" +
			"question for all models, seeds, depths and formats. Prints the scores, the difference of every pair of models, the effective\n" +
			"lengths, and what share of the variance of scores each factor has.\n\n" +
			"A number with two training seeds or more is one of an architecture under its recipe: seeds and questions would be others in\n" +
			"another study. One with a single seed is of this checkpoint alone. p_family is the p-value among all differences printed.\n" +
			"What is not among the keys of --by is pooled, with equal weights. n counts questions.",
		Example: "  longseq compare results/plan\n" +
			"  longseq compare results/plan other.jsonl --by length,task --json\n" +
			"  longseq compare results/plan --relative 85 --base 128",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return session.Usagef("compare: STORE or FILE is missing")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			flags := cmd.Flags()
			if err := compare.CheckKeys(options.By); err != nil {
				return session.Usagef("--by: %w", err)
			}
			switch score {
			case "match":
			case "logprob":
				options.LogProb = true
			default:
				return session.Usagef("--score is %q: want match or logprob", score)
			}
			for name, percent := range map[string]float64{"threshold": threshold, "relative": relative} {
				if flags.Changed(name) && !(percent > 0 && percent <= 100) {
					return session.Usagef("--%s is %v: want percent above 0, at most 100", name, percent)
				}
			}
			switch {
			case flags.Changed("relative") && flags.Changed("threshold"):
				return session.Usagef("--threshold and --relative exclude each other")
			case flags.Changed("base") && !flags.Changed("relative"):
				return session.Usagef("--base goes with --relative")
			case flags.Changed("base") && options.Base < 1:
				return session.Usagef("--base is %d: want a length in tokens", options.Base)
			case options.LogProb && (flags.Changed("threshold") || flags.Changed("relative")):
				return session.Usagef("effective lengths are of --score match")
			case flags.Changed("relative"):
				options.Threshold.Relative = relative / 100
			default:
				options.Threshold.Absolute = threshold / 100
			}
			answers, warnings, err := compare.Read(args)
			if err != nil {
				return err
			}
			result, err := compare.Compare(answers, options)
			if err != nil {
				return err
			}
			s.Say(append(warnings, result.Warnings...))
			if asJSON {
				return s.PrintJSON(result)
			}
			return result.Print(printable.Writer(s.Out), options)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&options.By, "by", []string{"length"}, "compare in each of these `KEYS`: length, depth, format, task")
	flags.StringVar(&score, "score", "match", "match, or logprob: the log-probability of the right answer, which ranks where no answer is right")
	flags.Float64Var(&threshold, "threshold", 100*compare.DefaultThreshold, "the score, in `PERCENT`, down to which a length counts as reached")
	flags.Float64Var(&relative, "relative", 0, "a threshold in `PERCENT` of the model's own score at --base")
	flags.IntVar(&options.Base, "base", 0, "the `LENGTH` whose score --relative is a share of (default: the shortest)")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
