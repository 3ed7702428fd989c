package reproduce

import (
	"fmt"
	"strings"

	"longseq/data/paper"
	"longseq/study/figure"
)

// A drawing is a table's figure with its rendering for a page.
type drawing struct {
	*figure.Figure
	name string // beside the report
	svg  []byte
}

// write writes the report on a page.
func (r Report) write(p page, drawings map[int]drawing) {
	p.heading(1, "The paper's tables, measured again")
	p.paragraph(fmt.Sprintf("%d scores of \"How Well Can a Long Sequence Model Model Long Sequences?\" beside ours: %s. "+
		"A statement is about two samples, the paper's and ours; all %d statements together hold with a confidence of %.3g%%. "+
		"There is none where the weights are not known to be the paper's by the SHA-256 of their files, and none where the samples or the way of asking are other ones.",
		len(r.Scores), count(r.Scores), r.Family, 100*r.Confidence))
	p.paragraph(r.Origin.String())
	p.heading(2, "Models")
	var items []string
	for _, m := range r.Models {
		items = append(items, fmt.Sprintf("%s beside the paper's %s: %s; asked with %s", m.Name, m.As, m.Why, m.Conditions))
	}
	for _, m := range r.Missing {
		items = append(items, "not run: "+m)
	}
	if r.Identities != "" {
		items = append(items, "identities that were given, on which statements rest: "+r.Identities)
	}
	p.list(items)
	p.paragraph(fmt.Sprintf("%d tokens of prompts were asked and %d read, since prompts of a batch share what they begin with.", r.Asked, r.Read))
	for _, w := range r.Warnings {
		p.paragraph("Warning: " + w + ".")
	}
	p.heading(2, "What differs")
	p.list(r.differences())
	for _, why := range reasons(r.Scores) {
		p.paragraph("No statement: " + why + ".")
	}
	p.heading(2, "Tables")
	for _, scores := range byTable(r.Scores) {
		number := scores[0].Table
		p.heading(3, fmt.Sprintf("Table %d", number))
		p.grid(r.Grid(number))
		if d, ok := drawings[number]; ok {
			p.figure(d.name, d.Alt, d.Caption, d.svg)
		}
	}
	p.heading(2, "What the paper's text says")
	p.paragraph("Each sentence about a table, checked on the paper's numbers and, where all that it needs were measured, on ours.")
	p.list(r.claims())
	p.heading(2, "What does not follow from the paper's own tables")
	items = nil
	for _, c := range paper.AuditAll().Findings() {
		if c.Kind != paper.Claim {
			items = append(items, c.String())
		}
	}
	p.list(items)
}

// differences lists the scores that differ, with what could be or was tried.
func (r Report) differences() []string {
	var items []string
	for _, s := range r.Scores {
		if s.Verdict == Differs {
			items = append(items, s.place()+" "+s.explanation())
		}
	}
	if len(items) == 0 {
		return []string{fmt.Sprintf("no score, of %d about which there is a statement", r.Family)}
	}
	return items
}

// claims lists the text's claims with what the paper's numbers and ours say of each.
func (r Report) claims() []string {
	ours := map[string]paper.Check{}
	for _, c := range paper.ClaimsOn(r.ours()) {
		ours[fmt.Sprint(c.Table, c.Model, c.Quote)] = c
	}
	var items []string
	for _, c := range paper.AuditAll().Checks {
		if c.Kind != paper.Claim {
			continue
		}
		text := fmt.Sprintf("%s: %s.", c.Verdict, strings.TrimSuffix(c.String(), "."))
		if own, ok := ours[fmt.Sprint(c.Table, c.Model, c.Quote)]; ok {
			text += fmt.Sprintf(" On our numbers: %s: %s.", own.Verdict, own.Explanation)
		} else {
			text += " On our numbers: not all that it needs was measured."
		}
		items = append(items, text)
	}
	return items
}

// ours returns our scores in the layout of the paper's tables.
func (r Report) ours() []paper.Table {
	var tables []paper.Table
	for _, t := range paper.Tables() {
		own := t
		own.Entries = nil
		for _, e := range t.Entries {
			s := r.score(selection{table: t.Number, model: paperModel(e.Model)}, e)
			if s.Samples > 0 {
				e.Score = s.Ours
				own.Entries = append(own.Entries, e)
			}
		}
		tables = append(tables, own)
	}
	return tables
}
