// Package notebooks proves that the notebooks run, that a fresh run shows the numbers of the committed outputs, and
// that these numbers are as the prose between the cells says.
package notebooks

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/jupyter"
	"longseq/kernelsrc/jupyter/nbformat"
)

func TestNotebooksFollowTheRulesOfBothKernels(t *testing.T) {
	for _, path := range all(t) {
		problems, err := jupyter.LintNotebook(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: cell %d, line %d: %s", path, p.Cell, p.Line, p.Text)
		}
	}
}

// maxLines is the longest cell that a reader takes in at a glance.
const maxLines = 12

func TestCellsAreShortAndTitlesAreQuestions(t *testing.T) {
	for _, path := range all(t) {
		n := read(t, path)
		if title, _, _ := strings.Cut(n.Cells[0].Source, "\n"); !strings.HasPrefix(title, "# ") || !strings.HasSuffix(title, "?") {
			t.Errorf("%s: its title is no question: %s", path, title)
		}
		for i, cell := range n.Cells {
			if lines := strings.Count(cell.Source, "\n") + 1; cell.Type == "code" && lines > maxLines {
				t.Errorf("%s: cell %d has %d lines; want at most %d", path, i+1, lines, maxLines)
			}
		}
	}
}

// The quick form asks the committed models a part of the questions. So its outputs have the same form, and its scores
// are those of samples drawn from the committed ones.
func TestTheNeedlesNotebookShowsWhatIsCommitted(t *testing.T) {
	results := t.TempDir()
	want, got := rerun(t, "00-needles.ipynb", results, "LONGSEQ_QUICK=1")
	tables := 0
	for i := range want.Cells {
		if w, g := form(want.Cells[i]), form(got.Cells[i]); !slices.Equal(w, g) {
			t.Errorf("cell %d shows\n%s\nwant\n%s", i+1, strings.Join(g, "\n"), strings.Join(w, "\n"))
			continue
		}
		w, g := scores(want.Cells[i]), scores(got.Cells[i])
		tables += len(w)
		for name, score := range w {
			if !g[name].near(score) {
				t.Errorf("cell %d: %s is %v in a fresh run and %v in the committed notebook", i+1, name, g[name], score)
			}
		}
	}
	if tables < 6*5+2*6*6 {
		t.Errorf("only %d scores were compared", tables)
	}
	checkProse(t, want, filepath.Join(results, "00-needles-quick"))
}

// All that this notebook shows is made from seeds, so a fresh run shows the same to the letter, in text and in HTML.
func TestTheRulerNotebookShowsWhatIsCommitted(t *testing.T) {
	want, got := rerun(t, "01-ruler.ipynb", t.TempDir())
	for i := range want.Cells {
		if w, g := shown(want.Cells[i]), shown(got.Cells[i]); w != g {
			t.Errorf("cell %d shows\n%s\nwant\n%s", i+1, g, w)
		}
	}
}

// On the tiny model that the notebook takes unless it is told otherwise. Another processor rounds differently, so the
// texts agree but for small differences of their numbers.
func TestTheNotebookOfPublishedModelsShowsWhatIsCommitted(t *testing.T) {
	want, got := rerun(t, "02-published-models.ipynb", t.TempDir(), "MODEL=")
	for i := range want.Cells {
		if w, g := form(want.Cells[i]), form(got.Cells[i]); !slices.Equal(w, g) {
			t.Errorf("cell %d shows\n%s\nwant\n%s", i+1, strings.Join(g, "\n"), strings.Join(w, "\n"))
		}
		if err := sameButForRounding(texts(want.Cells[i]), texts(got.Cells[i])); err != nil {
			t.Errorf("cell %d: %v", i+1, err)
		}
	}
}

// rerun runs a notebook with its results in a folder, and returns it as it is committed and as the run left it.
func rerun(t *testing.T, path, results string, env ...string) (committed, fresh *nbformat.Notebook) {
	t.Helper()
	backendtest.Open(t, "").Finalize() // skips where cells cannot compute
	for _, setting := range append(env, "LONGSEQ_RESULTS="+results) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	out := filepath.Join(t.TempDir(), "fresh.ipynb")
	if err := jupyter.RunNotebook(t.Context(), path, jupyter.NotebookOptions{Output: out}); err != nil {
		t.Fatal(err)
	}
	return read(t, path), read(t, out)
}

// all returns the paths of the notebooks.
func all(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	return paths
}

func read(t *testing.T, path string) *nbformat.Notebook {
	t.Helper()
	n, err := nbformat.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// form lists the kinds of a cell's outputs, and of tables the names of rows and columns.
func form(cell *nbformat.Cell) []string {
	var all []string
	for _, o := range cell.Outputs {
		data, _ := o["data"].(map[string]any)
		all = append(all, fmt.Sprint(o["output_type"], slices.Sorted(maps.Keys(data))))
		for line := range strings.Lines(fmt.Sprint(data["text/plain"])) {
			if head, ok := strings.CutPrefix(line, "│ model "); ok {
				all = append(all, strings.Join(strings.Fields(head), " "))
			} else if row, ok := strings.CutPrefix(line, "│ "); ok {
				all = append(all, strings.Fields(row)[0])
			}
		}
	}
	return all
}

// texts returns what a cell's outputs show as plain text.
func texts(cell *nbformat.Cell) string { return join(cell, "text/plain") }

// shown returns what a cell's outputs show as plain text, Markdown and HTML.
func shown(cell *nbformat.Cell) string { return join(cell, "text/plain", "text/markdown", "text/html") }

func join(cell *nbformat.Cell, kinds ...string) string {
	var b strings.Builder
	for _, o := range cell.Outputs {
		data, _ := o["data"].(map[string]any)
		fmt.Fprintln(&b, o["output_type"])
		for _, kind := range kinds {
			if data[kind] != nil {
				fmt.Fprintln(&b, data[kind])
			}
		}
	}
	return b.String()
}
