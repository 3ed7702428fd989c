package task

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/ruler"
	"longseq/data/ruler/samplefile"
	"longseq/data/ruler/scoring"
	"longseq/study"
	"longseq/study/report"
	"longseq/study/stats"
)

// scored is the score of one file, as --json prints it.
type scored struct {
	File string `json:"file"`
	scoring.Result
	Nulls    string                  `json:"nulls"` // empty predictions/samples, as RULER writes it
	Low      float64                 `json:"low"`   // of the 95% interval, percent
	High     float64                 `json:"high"`  // of the 95% interval, percent
	Failures map[scoring.Failure]int `json:"failures"`
}

func scoreCommand(s *session.Session) *cobra.Command {
	var taskName string
	var tables, asJSON bool
	cmd := &cobra.Command{
		Use:   "score PATH...",
		Short: "Score predictions as RULER's own evaluator does",
		Long: "Scores files of JSON lines, each with a prediction (pred) and references (outputs). The task is --task, else the one\n" +
			"that the file or its folder is named after. Prints each score with its 95% interval, the number of empty predictions\n" +
			"(nulls), and how many of the others were wrong in which way.\n\n" +
			"With --tables, prints tables of models by length as in papers: the mean over the tasks, each task, needles by depth and\n" +
			"format, and the kinds of wrong answers. PATH is then a file, a folder in RULER's layout\n" +
			"(MODEL/synthetic/LENGTH/pred/TASK.jsonl, or MODEL/LENGTH/TASK.jsonl), or a sweep's store.",
		Example: "  longseq score niah_single_1.jsonl\n" +
			"  longseq score answers.jsonl --task vt --json\n" +
			"  longseq score answers --tables",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return session.Usagef("score: PATH is missing; see longseq score --help")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, paths []string) error {
			if tables {
				return printTables(s, paths, taskName, asJSON)
			}
			var all []scored
			for _, path := range paths {
				one, err := scoreFile(path, taskName)
				if err != nil {
					return err
				}
				all = append(all, one)
			}
			if asJSON {
				if len(all) == 1 {
					return s.PrintJSON(all[0])
				}
				return s.PrintJSON(all)
			}
			printScores(s, all)
			return nil
		},
	}
	cmd.Flags().StringVar(&taskName, "task", "", "the `TASK` of the predictions; with --tables, show only this task")
	cmd.Flags().BoolVar(&tables, "tables", false, "print tables of models by length")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func scoreFile(path, taskName string) (scored, error) {
	var task ruler.Task
	var err error
	if taskName != "" {
		task, err = ruler.TaskNamed(taskName)
	} else {
		task, err = samplefile.TaskOf(path)
	}
	if err != nil {
		return scored{}, session.Usagef("score: %w", err)
	}
	result, failures, err := samplefile.Score(task, samplefile.FileLines(path))
	if err != nil {
		return scored{}, fmt.Errorf("score %s: %w", path, err)
	}
	interval := stats.Mean(result.Values, session.Confidence)
	return scored{File: path, Result: result, Nulls: result.NullText(), Low: 100 * interval.Low, High: 100 * interval.High, Failures: failures}, nil
}

// printTables prints the tables of stores, files and folders.
func printTables(s *session.Session, paths []string, task string, asJSON bool) error {
	summary, err := report.ReadRuler(paths, session.Confidence)
	if err != nil {
		return err
	}
	if task != "" {
		summary = summary.Where(func(r *study.Record) bool { return r.Task == task })
	}
	tables := summary.RulerTables()
	if len(tables) == 0 {
		return fmt.Errorf("score: no answers to RULER's tasks in %s", strings.Join(paths, ", "))
	}
	if asJSON {
		return s.PrintJSON(tables)
	}
	for _, table := range tables {
		fmt.Fprintln(s.Out, table.Text())
	}
	return nil
}

// printScores prints one row a file, and the mean where there are several.
func printScores(s *session.Session, all []scored) {
	t := table.NewWriter()
	t.SetOutputMirror(s.Out)
	t.SetStyle(table.StyleLight)
	header := table.Row{"task", "score", "95% interval", "nulls", "samples"}
	for _, class := range scoring.Failures {
		header = append(header, string(class))
	}
	t.AppendHeader(header)
	var results []scoring.Result
	for _, one := range all {
		row := table.Row{one.Task, fmt.Sprintf("%.2f", one.Score), fmt.Sprintf("%.1f to %.1f", one.Low, one.High), one.NullText(), one.N}
		for _, class := range scoring.Failures {
			row = append(row, one.Failures[class])
		}
		t.AppendRow(row)
		results = append(results, one.Result)
	}
	if len(results) > 1 {
		t.AppendFooter(table.Row{"mean", fmt.Sprintf("%.2f", scoring.Mean(results))})
	}
	t.Render()
}
