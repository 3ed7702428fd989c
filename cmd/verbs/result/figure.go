package result

import (
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data"
	"longseq/internal/nearmiss"
	"longseq/study"
	"longseq/study/figure"
	"longseq/study/report"
)

// A drawing is a kind of figure of a store's records.
type drawing struct {
	name  string
	draw  func(report.Summary, figure.Options) (*figure.Figure, error)
	shows func(*study.Record) bool // the records it is drawn from
}

var drawings = []drawing{
	{"lengths", report.Summary.LengthFigure, func(r *study.Record) bool { return r.Distance == 0 }},
	{"depths", report.Summary.DepthFigure, func(r *study.Record) bool { return r.Distance == 0 && r.Depth != data.AnyDepth }},
	{"heatmap", report.Summary.HeatmapFigure, func(r *study.Record) bool { return r.Distance == 0 && r.Depth != data.AnyDepth }},
	{"state", report.Summary.StateFigure, func(r *study.Record) bool { return r.Distance == 0 }},
	{"logprob", report.Summary.LogProbFigure, func(r *study.Record) bool {
		return r.Distance == 0 && !math.IsNaN(r.LogProb) && !math.IsInf(r.LogProb, 0)
	}},
	{"factor", drawOrdered, func(r *study.Record) bool { return r.Distance == 0 }},
	{"retention", report.Summary.RetentionFigure, func(r *study.Record) bool { return r.Distance > 0 }},
}

// drawOrdered draws the score against the key that orders the variants of an ablation, over all lengths.
func drawOrdered(s report.Summary, o figure.Options) (*figure.Figure, error) {
	key := s.OrderedKey()
	if key == "" {
		return nil, fmt.Errorf("figure: the models are no variants that one key of numbers orders; see --x")
	}
	return s.FactorFigure(key, 0, o)
}

func figureCommand(s *session.Session) *cobra.Command {
	var (
		kinds       []string
		format, out string
		footer      bool
		x, y        string
		at          map[string]string
	)
	cmd := &cobra.Command{
		Use:   "figure STORE",
		Short: "Draw a store's figures and write its tables",
		Long: "Draws the figures that the store has records for, each as SVG, PNG, PDF and CSV: lengths, depths, heatmap (length and depth),\n" +
			"state (accuracy against bytes of state), logprob (log-probability of the right answer) and retention (accuracy against the\n" +
			"distance of the needle). Writes tables by length, by format and of log-probabilities as text, Markdown, LaTeX and CSV. Intervals are at 95%. Prints the files it has written.\n" +
			"Of an ablation, training seeds are thin lines and their mean is bold, and --x draws the score against what was varied, or against\n" +
			"state (bytes), params or flops; with --y, a heatmap of two factors.",
		Example: "  longseq figure results/plan\n" +
			"  longseq figure results/plan --kind lengths,depths --format essay-word --out figures\n" +
			"  longseq figure results/state-size/store --x config.ssm_cfg.d_state --at length=256\n" +
			"  longseq figure results/state-size/store --x state --at length=256",
		Args: session.Arguments("STORE"),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, kind := range kinds {
				if !slices.ContainsFunc(drawings, func(d drawing) bool { return d.name == kind }) {
					return session.Usagef("%w", nearmiss.Unknown("kind of figure", kind, drawingNames()))
				}
			}
			store, err := study.OpenStore(args[0])
			if err != nil {
				return err
			}
			if len(store.Records) == 0 {
				return fmt.Errorf("figure: no records in %s: is it the folder of a store?", args[0])
			}
			s.Say(store.Warnings())
			if out == "" {
				out = filepath.Join(args[0], "figures")
			}
			summary := report.Of(store, session.Confidence)
			if format != "" {
				full, err := data.ParseFormat(format)
				if err != nil {
					return session.Usagef("%w", err)
				}
				summary = summary.Where(func(r *study.Record) bool { return r.Format == full.String() })
				if len(summary.Records) == 0 {
					return fmt.Errorf("figure: no records of format %s in %s", format, args[0])
				}
			}
			var written []string
			if x != "" {
				written, err = drawFactor(summary, x, y, at, out, footer)
			} else if y != "" || len(at) > 0 {
				return session.Usagef("figure: --y and --at are for --x")
			} else {
				written, err = Draw(summary, kinds, out, footer)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.Out, strings.Join(written, "\n"))
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&kinds, "kind", nil, "only these figures, and no tables: "+strings.Join(drawingNames(), ", ")+" (default: all that have records)")
	flags.StringVar(&format, "format", "", "only records of this haystack-value format (default: all pooled)")
	flags.StringVar(&out, "out", "", "the `FOLDER` to write to (default: figures in the store)")
	flags.StringVar(&x, "x", "", "draw the score against a `KEY` that an ablation varied, or against state, params or flops")
	flags.StringVar(&y, "y", "", "a second `KEY`: a heatmap of both")
	flags.StringToStringVar(&at, "at", nil, "with --x, only records of this length, depth or format: `length=256`")
	flags.BoolVar(&footer, "footer", false, "print the digests of plan and store under each figure")
	return cmd
}

func drawingNames() []string {
	var names []string
	for _, d := range drawings {
		names = append(names, d.name)
	}
	return names
}

// drawFactor draws the score against a factor, or over two, and returns the paths.
func drawFactor(summary report.Summary, x, y string, at map[string]string, out string, footer bool) ([]string, error) {
	name, length := "by-"+x, 0
	if y != "" {
		name += "-" + y
	}
	for _, key := range slices.Sorted(maps.Keys(at)) {
		value := at[key]
		name += "-" + key + "=" + value
		var of report.Summary
		switch key {
		case "length":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return nil, session.Usagef("figure: --at length=%s; want a number of tokens", value)
			}
			length = n
			continue
		case "depth":
			depth, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return nil, session.Usagef("figure: --at depth=%s; want a percent", value)
			}
			of = summary.Where(func(r *study.Record) bool { return r.Depth == depth })
		case "format":
			of = summary.In(value)
		default:
			return nil, session.Usagef("%w", nearmiss.Unknown("key of --at", key, []string{"length", "depth", "format"}))
		}
		if summary = of; len(summary.Records) == 0 {
			return nil, fmt.Errorf("figure: no records of %s %s", key, value)
		}
	}
	var f *figure.Figure
	var err error
	if y != "" {
		f, err = summary.FactorMap(x, y, length, figure.Options{})
	} else {
		f, err = summary.FactorFigure(x, length, figure.Options{})
	}
	if err != nil {
		return nil, err
	}
	f.Footer = footer
	return figure.Save(f, out, name)
}

// Draw writes the figures and tables, those of kinds alone if there are any, and returns their paths.
func Draw(summary report.Summary, kinds []string, out string, footer bool) ([]string, error) {
	var written []string
	for _, d := range drawings {
		asked := slices.Contains(kinds, d.name)
		if len(kinds) > 0 && !asked {
			continue
		}
		of := summary.Where(d.shows)
		if len(of.Records) == 0 || !asked && d.name == "factor" && summary.OrderedKey() == "" {
			if asked {
				return nil, fmt.Errorf("figure: the store has no records for %s", d.name)
			}
			continue
		}
		f, err := d.draw(of, figure.Options{})
		if err != nil {
			return nil, err
		}
		f.Footer = footer
		paths, err := figure.Save(f, out, d.name)
		if err != nil {
			return nil, err
		}
		written = append(written, paths...)
	}
	if len(kinds) > 0 {
		return written, nil
	}
	type named struct {
		name string
		report.Table
	}
	tables := []named{{"by-length", summary.TableByLength()}, {"by-format", summary.TableByFormat()}}
	if summary.HasLogProbs() {
		tables = append(tables, named{"logprob-by-length", summary.LogProbTable()})
	}
	for _, table := range tables {
		paths, err := table.Save(out, table.name)
		if err != nil {
			return nil, err
		}
		written = append(written, paths...)
	}
	return written, nil
}
