package engine

import (
	"strings"
	"testing"

	"longseq/kernelsrc/jupyter/dialect"
)

func TestVariablesAreSetAsWritten(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct{ line, want string }{
		{"%env A 1", "1"}, {"%env A=2", "2"}, {`%env A="two words"`, "two words"}, {`%env A "x=y z"`, "x=y z"}, {"%env A=", ""},
	} {
		e.mustRun(t, 1, c.line)
		if got := e.variable("A"); got != c.want {
			t.Errorf("%s sets %q, want %q", c.line, got, c.want)
		}
	}
	for _, line := range []string{"%env FOO=bar baz", "%env", "%env A", "%env =1", "%env A B C"} {
		before := len(e.env)
		err := e.Execute(t.Context(), Cell{Count: 2, Source: line}, &printed{})
		if err == nil || !strings.HasPrefix(err.Error(), "CommandError: %env needs a name and") || len(e.env) != before {
			t.Errorf("%s: %v, and %d variables are new", line, err, len(e.env)-before)
		}
	}
}

func TestWhatDoesNotWorkInCellsIsToldOnce(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	e := newEngine(t)
	for i, c := range []struct{ source, want string }{
		{"import _ \"embed\"\n\n//go:embed a.txt\nvar a string\n\n//go:embed b.txt\nvar b string", "Cell[1]: line 3: //go:embed does not work in cells: put this into a package, and import that\n"},
		{"//go:build linux\n%%\nfmt.Print()", "Cell[2]: line 1: //go:build does not work in cells: put this into a package, and import that\n"},
		{"%widgets", "%widgets does not work in cells of this kernel: nothing of a cell runs in the page\n"},
		{"%%gx\n", "%%gx does not work in cells of this kernel: nothing of a cell runs in the page\n"},
		{"import \"github.com/janpfeifer/gonb/gonbui/dom\"", "Cell[5]: line 1: gonbui/dom does not work in cells of this kernel: nothing of a cell runs in the page\n"},
		{"// #include <math.h>\nimport \"C\"\n%%\nC.sqrt(2)", ""},
	} {
		var out printed
		err := e.Execute(t.Context(), Cell{Count: i + 1, Source: c.source}, &out)
		if out.text != c.want {
			t.Errorf("%q prints %q, want %q", c.source, out.text, c.want)
		}
		if strings.Contains(c.source, "\"C\"") && (err == nil || err.Error() != "CompileError: Cell[6]: line 2: cgo does not work in cells: put this into a package, and import that") {
			t.Errorf("%q gives %v", c.source, err)
		}
	}
}

func TestEverySpecialCommandIsObeyedCompletedAndExplained(t *testing.T) {
	e := newEngine(t)
	help := dialect.Help()
	for _, name := range dialect.CommandNames() {
		cell, err := dialect.Split(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range cell.Commands { // others are taken by the dialect itself
			var out printed
			if err := e.special(t.Context(), command, &request{out: &out}); strings.Contains(out.text, "unknown command") {
				t.Errorf("%s prints %q, %v", name, out.text, err)
			}
		}
		found := false
		for _, match := range e.Complete(t.Context(), name, len(name)).Matches {
			found = found || match.Text == name
		}
		if !found {
			t.Errorf("%s is not completed", name)
		}
	}
	for _, c := range dialect.SpecialCommands {
		if !strings.Contains(help, c.Usage) || !strings.Contains(c.Usage, c.Names[0]) {
			t.Errorf("the help text does not explain %s", c.Names[0])
		}
	}
	if got := e.mustRun(t, 1, "%track"); !strings.HasPrefix(got, "unknown command %track") {
		t.Errorf("%%track prints %q", got)
	}
}
