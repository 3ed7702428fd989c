package dialect

import (
	"slices"
	"strings"
)

// SpecialCommand is a kind of special line, as the help text shows it.
type SpecialCommand struct {
	Names  []string // with their percent signs; aliases too
	Usage  string   // Markdown
	Effect string
}

// SpecialCommands are the special lines that begin with %. GoNB has all of them, and more. The
// engine obeys these, completion offers these, and lint accepts these. Lines that begin with ! are shell commands.
var SpecialCommands = []SpecialCommand{
	{[]string{"%%", "%main"}, "`%% ARGS`", "what follows is the body of main; ARGS are the program's arguments"},
	{[]string{"%args", "%exec"}, "`%args ARGS`, `%exec NAME ARGS`", "set the arguments; call a function as main"},
	{[]string{"%test"}, "`%test FLAGS`", "run the cell's tests and benchmarks; all that are declared if it has none"},
	{[]string{"%list", "%ls", "%rm", "%remove", "%reset"}, "`%list`, `%rm KEY`, `%reset`", "show, forget one, forget all declarations"},
	{[]string{"%env", "%cd"}, "`%env K=V`, `%cd DIR`", "set a variable, change the directory"},
	{[]string{"%autoget", "%noautoget", "%goflags"}, "`%autoget`, `%noautoget`, `%goflags FLAGS`", "fetch missing modules or not; flags of go build"},
	{[]string{"%goworkfix"}, "`%goworkfix`", "replace the modules of go.work in go.mod, for go get"},
	{[]string{"%capture"}, "`%capture FILE`", "write the cell's text to a file too"},
	{[]string{"%help", "%version"}, "`%help`, `%version`", "show this, show the kernel's version"},
	{inputCommands, "`%%writefile PATH`, `%%bash`, `%%sh`, `%%script CMD`", "first line: a file's content, a command's input"},
}

// inputCommands make the rest of the cell the input of a command; they stand in the first line.
var inputCommands = []string{"%%writefile", "%%bash", "%%sh", "%%script"}

// CommandNames returns the names of all special commands, sorted.
func CommandNames() []string {
	var names []string
	for _, c := range SpecialCommands {
		names = append(names, c.Names...)
	}
	slices.Sort(names)
	return names
}

// Help returns the text of %help, in Markdown.
func Help() string {
	var b strings.Builder
	b.WriteString("A cell holds Go declarations, which later cells may use, and after a line `%%` the statements to run.\n" +
		"Values do not survive a cell; code does.\n\n| Line | Effect |\n|---|---|\n")
	for _, c := range SpecialCommands {
		b.WriteString("| " + c.Usage + " | " + c.Effect + " |\n")
	}
	b.WriteString("| `!CMD`, `!*CMD` | a shell command here, or in the folder of go.mod |\n")
	return b.String()
}
