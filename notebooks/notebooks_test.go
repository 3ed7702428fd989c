// Package notebooks proves that the notebooks run and show what their committed outputs show.
package notebooks

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/jupyter"
	"longseq/kernelsrc/jupyter/nbformat"
)

func TestNotebooksFollowTheRulesOfBothKernels(t *testing.T) {
	paths, err := filepath.Glob("*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, path := range paths {
		problems, err := jupyter.LintNotebook(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: cell %d, line %d: %s", path, p.Cell, p.Line, p.Text)
		}
	}
}

// The quick form asks the committed models fewer questions; what is shown has the same form.
func TestTheNeedlesNotebookShowsWhatIsCommitted(t *testing.T) {
	backendtest.Open(t, "").Finalize() // skips where cells cannot compute
	t.Setenv("NEEDLES", "quick")
	if err := os.RemoveAll("../results/00-needles-quick"); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "fresh.ipynb")
	if err := jupyter.RunNotebook(t.Context(), "00-needles.ipynb", jupyter.NotebookOptions{Output: fresh}); err != nil {
		t.Fatal(err)
	}
	want, got := read(t, "00-needles.ipynb"), read(t, fresh)
	for i := range want.Cells {
		if w, g := form(want.Cells[i]), form(got.Cells[i]); !slices.Equal(w, g) {
			t.Errorf("cell %d shows\n%s\nwant\n%s", i+1, strings.Join(g, "\n"), strings.Join(w, "\n"))
		}
	}
}

// All that this notebook shows is made from seeds, so a fresh run shows the same to the letter.
func TestTheRulerNotebookShowsWhatIsCommitted(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "fresh.ipynb")
	if err := jupyter.RunNotebook(t.Context(), "01-ruler.ipynb", jupyter.NotebookOptions{Output: fresh}); err != nil {
		t.Fatal(err)
	}
	want, got := read(t, "01-ruler.ipynb"), read(t, fresh)
	for i := range want.Cells {
		if w, g := texts(want.Cells[i]), texts(got.Cells[i]); w != g {
			t.Errorf("cell %d shows\n%s\nwant\n%s", i+1, g, w)
		}
	}
}

// On the tiny model that the notebook takes unless it is told otherwise.
func TestTheNotebookOfPublishedModelsShowsWhatIsCommitted(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	t.Setenv("MODEL", "")
	fresh := filepath.Join(t.TempDir(), "fresh.ipynb")
	if err := jupyter.RunNotebook(t.Context(), "02-published-models.ipynb", jupyter.NotebookOptions{Output: fresh}); err != nil {
		t.Fatal(err)
	}
	want, got := read(t, "02-published-models.ipynb"), read(t, fresh)
	for i := range want.Cells {
		if w, g := form(want.Cells[i]), form(got.Cells[i]); !slices.Equal(w, g) {
			t.Errorf("cell %d shows\n%s\nwant\n%s", i+1, strings.Join(g, "\n"), strings.Join(w, "\n"))
		}
	}
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

// texts returns what a cell's outputs show as text.
func texts(cell *nbformat.Cell) string {
	var b strings.Builder
	for _, o := range cell.Outputs {
		data, _ := o["data"].(map[string]any)
		fmt.Fprintln(&b, o["output_type"], data["text/plain"])
	}
	return b.String()
}
