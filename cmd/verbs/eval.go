package verbs

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"longseq/data/ruler"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/published"
	"longseq/lcmodels/tokenizer"
	"longseq/study"
	"longseq/study/models"
	"longseq/study/notebook"
	"longseq/study/reproduce"
)

// evalFlags are the flags of eval as they are given.
type evalFlags struct {
	table, limit                                                int
	lengths                                                     []int
	as, out, data, tokenizer, template, quirk, dots, rulerSince string
	estimate, plan, json                                        bool
}

func evalCommand(s *session) *cobra.Command {
	f := &evalFlags{}
	cmd := &cobra.Command{
		Use:   "eval MODEL --table N",
		Short: "Ask a model what the paper asked it, and put the paper's numbers beside its own",
		Long: "Asks MODEL for the cells of one of the paper's tables (1 to 4, 6 to 18) and prints them in its layout: the paper's number,\n" +
			"ours with its 95% interval, and whether the paper's is inside it. What was answered is kept; the same call goes on where\n" +
			"it was stopped. RULER's own essays and questions are taken from --data; without them the texts built in stand in, and\n" +
			"what rests on them is not comparable. First of all it says how long it takes and how much memory.\n" + modelHelp,
		Example: "  longseq eval tiny-llama --table 6 --lengths 1024 --limit 2\n" +
			"  longseq eval tiny-llama --table 2 --estimate\n" +
			"  longseq eval tiny-mamba2 --table 4 --plan",
		Args: arguments("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), s, args[0]) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.table, "table", 0, "`NUMBER` of the paper's table: 1 to 4 or 6 to 18")
	flags.IntVar(&f.limit, "limit", 0, "ask only so many samples a cell (default: as many as the paper)")
	flags.IntSliceVar(&f.lengths, "lengths", nil, "only these of the table's lengths, in `TOKENS`")
	flags.StringVar(&f.as, "as", "", "the paper's model to compare with, such as M2A (default: by MODEL's name, else by its architecture)")
	flags.StringVar(&f.out, "out", "", "the store's `FOLDER` (default: in results/eval, by model, table and limit)")
	flags.StringVar(&f.data, "data", "", "a `FOLDER` with RULER's own texts (default: those built in)")
	flags.StringVar(&f.tokenizer, "tokenizer", "", "folder or file of the tokenizer (default: beside the weights)")
	flags.StringVar(&f.template, "template", "", "chat wrapper: "+strings.Join(ruler.TemplateNames(ruler.V2024), ", ")+" (default: the published model's own, else base)")
	flags.StringVar(&f.rulerSince, "ruler-version", string(ruler.V2024), "version of RULER: 2024 (as the paper) or head")
	flags.BoolVar(&f.estimate, "estimate", false, "say how long it would take and how much memory, and end")
	flags.BoolVar(&f.plan, "plan", false, "print the plan as YAML, and end")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	quirkFlag(cmd, &f.quirk)
	dotsFlag(cmd, &f.dots)
	return cmd
}

// evaluation is what --json prints.
type evaluation struct {
	Model    string             `json:"model"`
	As       string             `json:"as"` // the paper's model
	Estimate reproduce.Estimate `json:"estimate"`
	Store    string             `json:"store,omitempty"`
	Cells    []reproduce.Cell   `json:"cells,omitempty"`
}

func (f *evalFlags) run(ctx context.Context, s *session, model string) error {
	place, err := f.place(model)
	if err != nil {
		return err
	}
	a, err := lcmodels.Describe(place.Path)
	if err != nil {
		return err
	}
	if place.Quirk != "" {
		if _, err := lcmodels.WithQuirk(a, place.Quirk); err != nil {
			return usagef("model %s: %w", model, err)
		}
	}
	asked, own, err := f.asked(model, a)
	if err != nil {
		return err
	}
	name := filepath.Base(filepath.Clean(model))
	plan, err := asked.PlanOf(name)
	if err != nil {
		return usagef("eval: %w", err)
	}
	if f.plan {
		text, err := yaml.Marshal(plan)
		if err != nil {
			return fmt.Errorf("print the plan: %w", err)
		}
		_, err = s.out.Write(text)
		return err
	}
	sweep, err := f.sweep(s, plan, place)
	if err != nil {
		return err
	}
	e := evaluation{Model: model, As: asked.Model.Name}
	if e.Estimate, err = f.estimateOf(s, sweep, a, place); err != nil {
		return fmt.Errorf("eval %s: %w", model, err)
	}
	if f.estimate && f.json {
		return s.printJSON(e)
	}
	if !f.json {
		fmt.Fprintln(s.out, e.Estimate)
	}
	if f.estimate {
		return nil
	}
	if !s.quiet {
		sweep.Progress = notebook.SweepProgress()
	}
	store, err := sweep.Run(ctx)
	if err != nil {
		return err
	}
	e.Store = sweep.Dir
	e.Cells, err = asked.Cells(store.Records, confidence, reproduce.Conditions{Weights: own, Data: f.data != ""})
	if err != nil {
		return err
	}
	if f.json {
		return s.printJSON(e)
	}
	e.print(s, asked)
	return nil
}

// place finds the model's files.
func (f *evalFlags) place(model string) (models.Location, error) {
	p, err := models.Locate(model)
	if err != nil {
		return p, err
	}
	if f.tokenizer != "" {
		p.Tokenizer = f.tokenizer
	}
	if p.Dots, err = lcmodels.ParseDots(f.dots); err != nil {
		return p, usagef("eval: --dots %w", err)
	}
	if f.quirk != "" {
		if p.Quirk, err = lcmodels.ParseQuirk(f.quirk); err != nil {
			return p, usageError{err}
		}
	}
	chat := tokenizer.TemplateOf(model)
	if f.template == "" {
		f.template = ruler.Default(ruler.Task{}, 0).Template
		if slices.Contains(ruler.TemplateNames(ruler.V2024), chat.Name) {
			f.template = chat.Name
		}
	}
	if f.template == tokenizer.GemmaTurns.Name {
		p.Stop = tokenizer.GemmaTurns.Stop
	}
	return p, nil
}

// asked says which cells are meant, and whether the model is the paper's own.
func (f *evalFlags) asked(model string, a lcmodels.Architecture) (reproduce.Asked, bool, error) {
	asked := reproduce.Asked{Table: f.table, Lengths: f.lengths, Samples: f.limit}
	if f.limit < 0 {
		return asked, false, usagef("eval: --limit %d: want 1 or more", f.limit)
	}
	if f.as != "" {
		m, err := published.Find(f.as)
		if err != nil {
			return asked, false, usagef("eval: --as: %w", err)
		}
		asked.Model = m
		return asked, true, nil
	}
	for _, m := range published.Models() {
		if model == m.Hub || filepath.Base(filepath.Clean(model)) == filepath.Base(m.Hub) {
			asked.Model = m
			return asked, true, nil
		}
		if asked.Model.Name == "" && m.Architecture == a.Name() {
			asked.Model = m
		}
	}
	return asked, false, nil
}

// sweep makes the sweep that asks for the plan.
func (f *evalFlags) sweep(s *session, plan study.Plan, place models.Location) (study.Sweep, error) {
	base := ruler.Default(ruler.Task{}, 0)
	base.Version, base.Template = ruler.Version(f.rulerSince), f.template
	if base.Version != ruler.Head && base.Version != ruler.V2024 {
		return study.Sweep{}, usagef("eval: --ruler-version %q: want 2024 or head", f.rulerSince)
	}
	if !slices.Contains(ruler.TemplateNames(base.Version), base.Template) {
		return study.Sweep{}, usagef("eval: --template %q: want one of %s", base.Template, strings.Join(ruler.TemplateNames(base.Version), ", "))
	}
	name := plan.Models[0]
	here := models.Checkpoints{Backend: s.backend, Locations: map[string]models.Location{name: place}}
	tasks, err := here.Tasks(models.RulerOptions{Base: base, Data: f.data, FillStuck: true})
	if err != nil {
		return study.Sweep{}, err
	}
	dir := f.out
	if dir == "" {
		folder := fmt.Sprintf("table-%d", f.table)
		if f.limit > 0 {
			folder += fmt.Sprintf("-limit-%d", f.limit)
		}
		for _, length := range f.lengths {
			folder += fmt.Sprintf("-%d", length)
		}
		dir = filepath.Join("results", "eval", name, folder)
	}
	return study.Sweep{Plan: plan, Models: here, Tasks: tasks, Dir: dir}, nil
}

// estimateOf measures the machine for a moment and says what the rest of the sweep takes.
func (f *evalFlags) estimateOf(s *session, sweep study.Sweep, a lcmodels.Architecture, place models.Location) (reproduce.Estimate, error) {
	todo, err := sweep.DryRun()
	if err != nil {
		return reproduce.Estimate{}, err
	}
	c, err := checkpoint.Open(place.Path)
	if err != nil {
		return reproduce.Estimate{}, err
	}
	weights := c.Bytes()
	c.Close()
	b, err := s.open()
	if err != nil {
		return reproduce.Estimate{}, err
	}
	defer b.Finalize()
	machine, err := reproduce.Measure(b)
	if err != nil {
		return reproduce.Estimate{}, err
	}
	free, _ := backend.FreeMemory(b)
	missing := float64(todo.Missing) / float64(max(1, todo.Samples))
	return reproduce.EstimateOf(sweep.Plan, a, missing, machine, weights, free)
}

// print prints the cells in the paper's layout.
func (e evaluation) print(s *session, asked reproduce.Asked) {
	fmt.Fprintf(s.out, "\nTable %d: %s\n%s as the paper's %s\n", asked.Table, asked.Caption(), e.Model, asked.Model.Name)
	for _, row := range asked.Rows(e.Cells) {
		t := table.NewWriter()
		t.SetOutputMirror(s.out)
		t.SetStyle(table.StyleLight)
		header := table.Row{row.Name}
		lines := []table.Row{{"paper"}, {"ours"}, {"interval"}, {"samples"}, {"verdict"}}
		for i, c := range row.Cells {
			header = append(header, row.Columns[i])
			values := []any{fmt.Sprintf("%.2f", c.Paper), "–", "–", c.Samples, c.Verdict}
			if c.Samples > 0 {
				values[1], values[2] = fmt.Sprintf("%.2f", c.Ours), fmt.Sprintf("%.1f to %.1f", c.Low, c.High)
			}
			for line := range lines {
				lines[line] = append(lines[line], values[line])
			}
		}
		t.AppendHeader(header)
		t.AppendRows(lines)
		t.Render()
	}
	fmt.Fprintf(s.out, "%s\n", reproduce.Count(e.Cells))
	for _, why := range reproduce.Reasons(e.Cells) {
		fmt.Fprintf(s.out, "not comparable: %s\n", why)
	}
	fmt.Fprintf(s.out, "The records are in %s.\n", e.Store)
}
