package engine

import (
	"fmt"
	"strings"

	"longseq/kernelsrc/jupyter/dialect"
)

// pagePackages are the packages of GoNB for programs that talk with the page. This kernel has no comms: they wait for ever.
var pagePackages = []string{"gonbui/comms", "gonbui/dom", "gonbui/widgets", "gonbui/wasm"}

// tellUnsupported says, once for each, what a cell uses and what has no effect in cells.
func tellUnsupported(out Output, count int, parsed *dialect.Parsed) {
	tell := func(line int, text string) {
		out.Stream("stderr", cellLine(dialect.Position{Cell: count, Line: line})+": "+text+"\n")
	}
	for _, lost := range parsed.Lost {
		tell(lost.Line, lost.Directive+" does not work in cells: put this into a package, and import that")
	}
	for _, d := range parsed.Declarations {
		for _, name := range pagePackages {
			if d.Kind == dialect.Import && strings.HasSuffix(d.Path, "/"+name) {
				tell(d.Line, fmt.Sprintf("%s does not work in cells of this kernel: nothing of a cell runs in the page", name))
			}
		}
	}
}
