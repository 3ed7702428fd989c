package reproduce

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"longseq/data/paper"
	"longseq/internal/output"
	"longseq/study/figure"
)

// Save writes report.md, report.html (one file, without scripts) and report.json to a folder, each table to tables/table-N as text,
// Markdown, LaTeX and CSV, and its figure to figures/table-N as SVG, PNG, PDF and CSV. It returns their paths.
func (r Report) Save(dir string) ([]string, error) {
	var written []string
	write := func(name, content string) error {
		path := filepath.Join(dir, name)
		if err := output.Write(path, []byte(content), 0o666); err != nil {
			return fmt.Errorf("save report: %w", err)
		}
		written = append(written, path)
		return nil
	}
	if _, err := output.Folder(filepath.Join(dir, "tables")); err != nil {
		return nil, fmt.Errorf("save report: %w", err)
	}
	drawings := map[int]drawing{}
	for _, scores := range byTable(r.Scores) {
		number := scores[0].Table
		name := fmt.Sprintf("table-%02d", number)
		g := r.Grid(number)
		for _, f := range []struct{ extension, content string }{{"txt", g.Text()}, {"md", g.Markdown()}, {"tex", g.LaTeX()}, {"csv", g.CSV()}} {
			if err := write(filepath.Join("tables", name+"."+f.extension), f.content); err != nil {
				return nil, err
			}
		}
		f, err := r.Figure(number)
		if err != nil {
			return nil, err
		}
		paths, err := figure.Save(f, filepath.Join(dir, "figures"), name)
		if err != nil {
			return nil, err
		}
		written = append(written, paths...)
		svg, err := figure.Render(f, figure.SVG)
		if err != nil {
			return nil, err
		}
		drawings[number] = drawing{f, "figures/" + name, svg}
	}
	var markdown markdownPage
	r.write(&markdown, drawings)
	var page htmlPage
	r.write(&page, drawings)
	text, err := json.MarshalIndent(struct {
		Report
		Audit  []paper.Check `json:"audit"`
		Claims []paper.Check `json:"claims_on_ours"`
	}{r, paper.AuditAll().Findings(), paper.ClaimsOn(r.ours())}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("save report: %w", err)
	}
	for _, f := range []struct{ name, content string }{{"report.md", markdown.String()}, {"report.html", page.end()}, {"report.json", string(text) + "\n"}} {
		if err := write(f.name, f.content); err != nil {
			return nil, err
		}
	}
	return written, nil
}
