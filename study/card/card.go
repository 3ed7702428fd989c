// Package card makes a page of a model from its records: what it was asked, how far it reads, where it forgets, and how it fails.
package card

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"longseq/data"
	"longseq/internal/nearmiss"
	"longseq/internal/output"
	"longseq/study"
	"longseq/study/compare"
	"longseq/study/figure"
	"longseq/study/report"
	"longseq/study/stats"
)

// A Card is a model's page.
type Card struct {
	Model   string
	Lines   []string // facts and numbers, a sentence each
	Figures []*figure.Figure

	sheet *figure.Figure
}

// thresholds are those of effective lengths: RULER's (Hsieh et al. 2024), and half of the score at the shortest length.
var thresholds = []struct {
	name string
	stats.Threshold
}{{"85.6%", stats.Threshold{Absolute: 0.856}}, {"half of the score at the shortest length", stats.Threshold{Relative: 0.5}}}

// Of makes the cards of a store's models; only that of the named one if a name is given.
func Of(store *study.Store, plan study.Resolved, name string, confidence float64) ([]Card, error) {
	all := report.Of(store, confidence)
	names := all.Models
	if name != "" {
		if !slices.Contains(names, name) {
			return nil, nearmiss.Unknown("model of the store", name, names)
		}
		names = []string{name}
	}
	var cards []Card
	for _, model := range names {
		of := all.Where(func(r *study.Record) bool { return r.Model == model })
		of.Models = []string{model}
		if len(of.Records) == 0 {
			continue
		}
		c := Card{Model: model}
		c.Lines = slices.Concat(about(plan, model), scores(of), effective(of), failures(of), made(store, of))
		if err := c.draw(of); err != nil {
			return nil, fmt.Errorf("card of %s: %w", model, err)
		}
		cards = append(cards, c)
	}
	return cards, nil
}

// about says what the plan knows of a model.
func about(plan study.Resolved, model string) []string {
	i := slices.IndexFunc(plan.Models, func(m study.PinnedModel) bool { return m.Name == model })
	if i < 0 {
		return []string{"The store's plan does not know the model."}
	}
	m := plan.Models[i]
	var facts []string
	if m.Architecture != "" {
		facts = append(facts, "architecture "+figure.Label(m.Architecture))
	}
	if m.Params > 0 {
		facts = append(facts, fmt.Sprintf("%d parameters", m.Params))
	}
	if m.Trained > 0 {
		facts = append(facts, fmt.Sprintf("trained at %d tokens", m.Trained))
	}
	lines := []string{strings.Join(append(facts, "digest "+m.Version), ", ")}
	var bytes []string
	for i, n := range m.StateBytes {
		if i < len(plan.Plan.Lengths) {
			bytes = append(bytes, fmt.Sprintf("%d at %d tokens", n, plan.Plan.Lengths[i]))
		}
	}
	if len(bytes) > 0 {
		lines = append(lines, "bytes of state: "+strings.Join(bytes, ", "))
	}
	for _, f := range m.Files {
		lines = append(lines, fmt.Sprintf("weights file %s, %d bytes, SHA-256 %s", f.Name, f.Size, f.SHA256))
	}
	return lines
}

// scores says what a model got, by length.
func scores(of report.Summary) []string {
	var parts []string
	for _, s := range of.ByLength() {
		for _, p := range s.Points {
			parts = append(parts, fmt.Sprintf("%.0f: %s", p.X, p.Interval))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("score by length in tokens, percent, all tasks pooled, %.3g%% intervals: %s", 100*of.Confidence, strings.Join(parts, "; "))}
}

// effective says how far a model reads.
func effective(of report.Summary) []string {
	var lines []string
	for _, t := range thresholds {
		reach, err := of.EffectiveLengths(compare.Options{Confidence: of.Confidence, Threshold: t.Threshold})
		if err != nil {
			continue // such as half of a score of 0
		}
		for _, i := range reach {
			lines = append(lines, fmt.Sprintf("effective length at %s: %s", t.name, reachOf(i)))
		}
	}
	return lines
}

// reachOf is an effective length in words.
func reachOf(e compare.Effective) string {
	bound := func(x *float64, none string) string {
		if x == nil {
			return none
		}
		return fmt.Sprintf("%.0f", *x)
	}
	text := fmt.Sprintf("%.0f tokens [%s, %s]", e.Length, bound(e.Low, "none"), bound(e.High, "none"))
	switch e.Censored {
	case "above":
		return text + ", the longest asked"
	case "below":
		return text + ", the shortest asked: it begins below"
	}
	return text
}

// failures counts wrong answers by their class.
func failures(of report.Summary) []string {
	counts := map[string]int{}
	wrong := 0
	for _, r := range of.Records {
		if r.Score < 1 {
			wrong++
			class := r.Failure
			if class == "" {
				class = "of no class"
			}
			counts[class]++
		}
	}
	var parts []string
	for _, class := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", class, counts[class]))
	}
	return []string{strings.TrimSuffix(fmt.Sprintf("%d of %d answers are not wholly right: %s", wrong, len(of.Records), strings.Join(parts, ", ")), ": ")}
}

// made says what the records were made from and by.
func made(store *study.Store, of report.Summary) []string {
	computed := map[string]bool{}
	for _, r := range of.Records {
		computed[r.ComputedBy.String()] = true
	}
	lines := []string{"computed by " + strings.Join(slices.Sorted(maps.Keys(computed)), "; ")}
	for _, w := range store.Warnings() {
		lines = append(lines, "warning: "+w)
	}
	return append(lines, of.Origin())
}

// draw draws the figures for which the model has records, and the sheet.
func (c *Card) draw(of report.Summary) error {
	for _, d := range []struct {
		draw func(report.Summary, figure.Options) (*figure.Figure, error)
		has  func(*study.Record) bool
	}{
		{report.Summary.LengthFigure, func(r *study.Record) bool { return r.Distance == 0 }},
		{report.Summary.HeatmapFigure, func(r *study.Record) bool { return r.Distance == 0 && r.Depth != data.AnyDepth }},
		{report.Summary.RetentionFigure, func(r *study.Record) bool { return r.Distance > 0 }},
	} {
		shown := of.Where(d.has)
		if len(shown.Records) == 0 {
			continue
		}
		f, err := d.draw(shown, figure.Options{})
		if err != nil {
			return err
		}
		c.Figures = append(c.Figures, f)
	}
	lines := []string{c.Model}
	for _, line := range c.Lines {
		lines = append(lines, wrap(line, maxLine)...)
	}
	var err error
	if c.sheet, err = figure.Sheet(lines, c.Figures...); err != nil {
		return err
	}
	if len(c.Figures) > 0 {
		c.sheet.Provenance = c.Figures[0].Provenance
	}
	return nil
}

// maxLine is how many characters fit on a line of the sheet.
const maxLine = 120

// wrap breaks a line at spaces.
func wrap(line string, width int) []string {
	var lines []string
	now := ""
	for _, word := range strings.Fields(line) {
		if now != "" && len(now)+1+len(word) > width {
			lines = append(lines, now)
			now = "   "
		}
		now = strings.TrimLeft(now+" "+word, " ")
		if len(lines) > 0 && !strings.HasPrefix(now, "   ") {
			now = "   " + now
		}
	}
	return append(lines, now)
}

// Markdown returns the card as Markdown, with a link to the sheet's SVG of that name beside it.
func (c Card) Markdown(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", escapes.Replace(c.Model))
	for _, line := range c.Lines {
		fmt.Fprintf(&b, "- %s\n", escapes.Replace(line))
	}
	fmt.Fprintf(&b, "\n![the figures of %s](%s.svg)\n", escapes.Replace(c.Model), name)
	return b.String()
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", "\n", " ")

// Save writes the card to dir as SVG, PDF, PNG, CSV and Markdown, called card- and the model's name, and returns the paths.
func (c Card) Save(dir string) ([]string, error) {
	name := "card-" + strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) || r < ' ' {
			return '-'
		}
		return r
	}, c.Model)
	paths, err := figure.Save(c.sheet, dir, name)
	if err != nil {
		return nil, err
	}
	path := strings.TrimSuffix(paths[0], ".svg") + ".md"
	if err := output.Write(path, []byte(c.Markdown(name)), 0o666); err != nil {
		return nil, fmt.Errorf("save card: %w", err)
	}
	return append(paths, path), nil
}
