package engine

import (
	"strings"
	"testing"

	"longseq/kernelsrc/jupyter/dialect"
)

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
