package result

import (
	"fmt"
	"path/filepath"
	"slices"
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
	{"retention", report.Summary.RetentionFigure, func(r *study.Record) bool { return r.Distance > 0 }},
}

func figureCommand(s *session.Session) *cobra.Command {
	var (
		kinds       []string
		format, out string
		footer      bool
	)
	cmd := &cobra.Command{
		Use:   "figure STORE",
		Short: "Draw a store's figures and write its tables",
		Long: "Draws the figures that the store has records for, each as SVG, PNG, PDF and CSV: lengths, depths, heatmap (length and depth),\n" +
			"state (accuracy against bytes of state) and retention (accuracy against the distance of the needle). Writes tables by length\n" +
			"and by format as text, Markdown, LaTeX and CSV. Intervals are at 95%. Prints the files it has written.",
		Example: "  longseq figure results/plan\n" +
			"  longseq figure results/plan --kind lengths,depths --format essay-word --out figures",
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
			written, err := draw(summary, kinds, out, footer)
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

// draw writes the figures and tables and returns their paths.
func draw(summary report.Summary, kinds []string, out string, footer bool) ([]string, error) {
	var written []string
	for _, d := range drawings {
		asked := slices.Contains(kinds, d.name)
		if len(kinds) > 0 && !asked {
			continue
		}
		of := summary.Where(d.shows)
		if len(of.Records) == 0 {
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
	for _, table := range []struct {
		name string
		report.Table
	}{{"by-length", summary.TableByLength()}, {"by-format", summary.TableByFormat()}} {
		paths, err := table.Save(out, table.name)
		if err != nil {
			return nil, err
		}
		written = append(written, paths...)
	}
	return written, nil
}
