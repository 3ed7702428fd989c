package jupyter

import (
	"path/filepath"
	"strings"
	"testing"

	"longseq/kernelsrc/jupyter/nbformat"
)

// notebook writes a notebook of code cells and returns its path.
func notebook(t *testing.T, cells ...string) string {
	t.Helper()
	n := &nbformat.Notebook{Metadata: map[string]any{"kernelspec": map[string]any{"name": "gonb", "language": "go", "display_name": "Go"}}}
	for _, source := range cells {
		n.Cells = append(n.Cells, &nbformat.Cell{Type: "code", Source: source})
	}
	path := filepath.Join(t.TempDir(), "test.ipynb")
	if err := n.Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLintFindsWhatOnlyOneKernelRuns(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		want  string // the finding; "" for none
	}{
		{"a good notebook", []string{"!*go mod edit -require=longseq@v0.0.0 -replace=longseq=\"$GONB_DIR/..\"",
			"import \"longseq/kernelsrc/jupyter/display\"\n%%\ndefer display.Flush()\ndisplay.Markdown(\"x\")"}, ""},
		{"a replacement alone", []string{"!*go mod edit -replace=longseq=.."}, "cell 1, line 1: a replacement alone"},
		{"no flush", []string{"%%\ndisplay.Markdown(\"x\")"}, "cell 1, line 1: main displays and does not flush"},
		{"a version as name", []string{"import \"math/rand/v2\""}, "cell 1, line 1: GoNB knows math/rand/v2"},
		{"two blank imports", []string{"import _ \"image/png\"", "import _ \"image/jpeg\""}, "cell 2, line 1: GoNB keeps one"},
		{"klog", []string{"%%\nklog.Info(1)"}, "cell 1, line 2: GoNB crashes"},
		{"file in a log line", []string{"%%\nlog.SetFlags(log.Lshortfile)"}, "cell 1, line 2: GoNB crashes"},
		{"a special line in a raw string", []string{"%%\nfmt.Println(`\n%d`)"}, "cell 1, line 3: a line of a raw string"},
		{"a command of one kernel", []string{"%widgets"}, "cell 1, line 1: %widgets"},
		{"a command that this kernel does not have", []string{"%track /src"}, "cell 1, line 1: %track is not"},
		{"an input that this kernel does not ask for", []string{"%with_inputs\n!read x"}, "cell 1, line 1: %with_inputs is not"},
		{"a command with a tab", []string{"%env\tA=1"}, ""},
		{"JavaScript", []string{"%%\nx(\"<script>\")"}, "cell 1, line 2: exporters"},
		{"generic value receiver", []string{"type S[T any] struct{}\nfunc (s S[T]) M() {}"}, "cell 1, line 2: GoNB mixes up"},
		{"work in a variable", []string{"import \"longseq/study\"", "var s = study.Load()"}, "cell 2, line 1: var s calls study"},
		{"a method of an earlier type", []string{"type T struct{ a int }\nfunc (t T) M() int { return t.a }", "type T struct{ b int }\n%%\n_ = T{}.b"},
			"cell 2: GoNB compiles func T~M of cell 1 here too, and it does not fit any more (t.a undefined (type T has no field or method a)): declare it again, or begin the cell with %rm T~M"},
		{"a function of an earlier function", []string{"import \"fmt\"\nfunc f() int { return 1 }\nfunc g() { fmt.Println(f()) }\nfunc h() { var x int = f(); strings.Use(x) }", "func f() string { return \"\" }"}, "cell 2: GoNB compiles func h of cell 1 here too"},
		{"a method that is declared again", []string{"type T struct{ a int }\nfunc (t T) M() int { return t.a }", "type T struct{ b int }\nfunc (t T) M() int { return t.b }"}, ""},
		{"a method that is forgotten", []string{"type T struct{ a int }\nfunc (t T) M() int { return t.a }", "%rm T~M\ntype T struct{ b int }"}, ""},
		{"declarations that are forgotten", []string{"type T struct{ a int }\nfunc (t T) M() int { return t.a }", "%reset", "type T struct{ b int }"}, ""},
		{"what packages are used for", []string{"import (\"os\"; \"math/rand\")\nvar x = rand.Int()\nfunc f() { os.Exit(x) }", "import . \"strings\"\nfunc g() string { f(); return ToUpper(\"a\") }\n%%\ng()"}, ""},
		{"a part of a group of constants", []string{"const (\nA = iota\nB\n)", "const B = 7"}, "cell 2, line 1: GoNB keeps the group of constants of cell 1 beside this: declare A here too, or begin the cell with %rm A B"},
		{"a whole group of constants", []string{"const (\nA = iota\nB\n)", "const B = 7\nconst A = 1"}, ""},
		{"a second init", []string{"func init() {}", "func init() {}"}, "cell 2, line 1: func init replaces that of cell 1: give it a name"},
		{"init functions with names", []string{"func init_a() {}", "func init_b() {}"}, ""},
		{"a mistake", []string{"fmt.Println()"}, "cell 1: line 1: expected declaration"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems, err := LintNotebook(notebook(t, c.cells...))
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.want == "" && len(problems) > 0:
				t.Errorf("found %v, want nothing", problems)
			case c.want != "" && (len(problems) != 1 || !strings.HasPrefix(problems[0].String(), c.want)):
				t.Errorf("found %v, want %s", problems, c.want)
			}
		})
	}
}
