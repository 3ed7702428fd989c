package result

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/study/compare"
	"longseq/study/stats"
)

// powered is what power prints as JSON.
type powered struct {
	Difference float64 `json:"difference"` // a fraction, as scores are
	Score      float64 `json:"score"`
	Seeds      int     `json:"seeds"`
	SeedSD     float64 `json:"seed_sd"`
	Depths     int     `json:"depths"`
	Questions  *int    `json:"questions"`    // nil: no number suffices
	SeedsLeast int     `json:"seeds_needed"` // with which some number of questions suffices; 0: more than 1,000
}

func powerCommand(s *session.Session) *cobra.Command {
	var (
		difference, score float64
		plan              = stats.Plan{Confidence: session.Confidence}
		questions         int
		asJSON            bool
	)
	cmd := &cobra.Command{
		Use:   "power [STORE|FILE...]",
		Short: "Say how many questions a study needs to find a difference, or that no number suffices",
		Long: "Says how many questions two models must be asked so that a paired test at 5% finds a difference with probability 0.8, or that\n" +
			"no number of questions suffices, since trainings of one model differ too much, and how many training seeds would. With\n" +
			"--questions, says what difference a study resolves. How much a training moves a score is measured on the answers of STORE or\n" +
			"FILE, if they are of several training seeds, else --seed-sd. In a study of many comparisons, each has less power.",
		Example: "  longseq power --difference 5 --seeds 5\n" +
			"  longseq power --questions 250 --depths 5",
		RunE: func(cmd *cobra.Command, args []string) error {
			flags := cmd.Flags()
			switch {
			case flags.Changed("difference") == flags.Changed("questions"):
				return session.Usagef("name one of --difference and --questions")
			case !(score > 0 && score < 100):
				return session.Usagef("--score is %v: want percent between 0 and 100", score)
			case flags.Changed("difference") && !(difference > 0 && difference <= 100-score):
				return session.Usagef("--difference is %v: want points above 0, at most %.4g, since the lesser score is %.4g", difference, 100-score, score)
			case len(args) > 0 && flags.Changed("seed-sd"):
				return session.Usagef("--seed-sd and a store exclude each other")
			}
			plan.Score = score / 100
			if err := plan.Validate(); err != nil {
				return session.Usagef("power: %w", err)
			}
			if len(args) > 0 {
				answers, warnings, err := compare.Read(args)
				if err != nil {
					return err
				}
				s.Say(warnings)
				sd, ok := compare.SeedSD(answers)
				if !ok {
					return errors.New("power: no model has two training seeds and a score of 5 to 95 percent: want --seed-sd")
				}
				plan.SeedSD = sd
			}
			if flags.Changed("questions") {
				return resolve(s, plan, questions, asJSON)
			}
			return need(s, plan, difference/100, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.Float64Var(&difference, "difference", 0, "the difference to find, in `POINTS` of percent")
	flags.IntVar(&questions, "questions", 0, "say what difference so many questions resolve")
	flags.IntVar(&plan.Seeds, "seeds", 1, "training seeds of each model; 1 compares two checkpoints")
	flags.Float64Var(&plan.SeedSD, "seed-sd", compare.UsualSeedSD, "standard deviation of a training's effect on the logit of the score")
	flags.Float64Var(&score, "score", 70, "the lesser model's score, in `PERCENT`")
	flags.IntVar(&plan.Depths, "depths", 1, "depths at which each question is asked")
	flags.Float64Var(&plan.Correlation, "correlation", 0, "of two answers to one question, 0 to 1")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// need prints the number of questions.
func need(s *session.Session, plan stats.Plan, difference float64, asJSON bool) error {
	n, seeds, err := plan.Questions(difference)
	none := errors.Is(err, stats.ErrNoNumberSuffices)
	if err != nil && !none {
		return fmt.Errorf("power: %w", err)
	}
	if asJSON {
		p := powered{Difference: difference, Score: plan.Score, Seeds: plan.Seeds, SeedSD: plan.SeedSD, Depths: plan.Depths, SeedsLeast: seeds}
		if !none {
			p.Questions = &n
		}
		return s.PrintJSON(p)
	}
	of := described(plan)
	switch {
	case none && seeds == 0:
		_, err = fmt.Fprintf(s.Out, "No number of questions finds %.4g points with %s, nor do 1,000 seeds.\n", 100*difference, of)
	case none:
		_, err = fmt.Fprintf(s.Out, "No number of questions finds %.4g points with %s. With %d seeds some number does.\n", 100*difference, of, seeds)
	default:
		_, err = fmt.Fprintf(s.Out, "%d questions find %.4g points with probability 0.8, with %s.\n", n, 100*difference, of)
	}
	return err
}

// resolve prints the difference that a number of questions finds.
func resolve(s *session.Session, plan stats.Plan, questions int, asJSON bool) error {
	difference, ok, err := plan.Resolves(questions)
	if err != nil {
		return fmt.Errorf("power: %w", err)
	}
	if asJSON {
		return s.PrintJSON(powered{Difference: difference, Score: plan.Score, Seeds: plan.Seeds, SeedSD: plan.SeedSD, Depths: plan.Depths,
			Questions: &questions, SeedsLeast: plan.Seeds})
	}
	if !ok {
		_, err = fmt.Fprintf(s.Out, "%d questions resolve no difference above %.4g%%, with %s.\n", questions, 100*plan.Score, described(plan))
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%d questions resolve %.1f points with probability 0.8, with %s.\n", questions, 100*difference, described(plan))
	return err
}

// described says what the plan assumes.
func described(p stats.Plan) string {
	of := fmt.Sprintf("%d seeds of each model (sd %.2g on the logit)", p.Seeds, p.SeedSD)
	if p.Seeds == 1 {
		of = "one checkpoint of each model"
	}
	return fmt.Sprintf("%s, at %.4g percent", of, 100*p.Score)
}
