package dialect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parse parses a cell, which must be valid.
func parse(t *testing.T, source string, count int) *Parsed {
	t.Helper()
	c, err := Split(source)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(c, count)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// remember returns the declarations of cells run in order.
func remember(t *testing.T, cells ...string) Set {
	t.Helper()
	var s Set
	for i, source := range cells {
		s = s.With(parse(t, source, i+1).Declarations)
	}
	return s
}

func TestKeysOfDeclarations(t *testing.T) {
	s := remember(t, `import ("math/rand/v2"; k "k8s.io/klog/v2"; . "math"; _ "image/png"; _ "image/jpeg")
type (A struct{}; S[T any] struct{})
func (a *A) M() {}
func (s S[T]) M() {}
func init_x() {}
const (B = iota; C)
var d, e = f()
var _ = 1
func f() (int, int) { return 1, 2 }
func main() {}`)
	for kind, want := range map[Kind][]string{
		Import: {".~math", "_~image/jpeg", "_~image/png", "k", "rand"},
		Type:   {"A", "S"},
		Const:  {"B", "C"},
		Var:    {"_~1.8.0", "d", "e"},
		Func:   {"A~M", "S~M", "f", "init_x"},
	} {
		if got := s.Names(kind); !cmp.Equal(got, want) {
			t.Errorf("%v: %q, want %q", kind, got, want)
		}
	}
}

func TestLaterCellsReplace(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		kind  Kind
		want  string // the texts that are left
	}{
		{"a function", []string{"func f() {}", "func f() int { return 1 }"}, Func, "func f() int { return 1 }"},
		{"a method by either receiver", []string{"type T int\nfunc (t T) M() {}", "func (t *T) M() {}"}, Func, "func (t *T) M() {}"},
		{"a definition of several variables as a whole", []string{"var a, b = 1, 2", "var a = 3"}, Var, "var a = 3"},
		{"a member of a constant group alone", []string{"const (\nA = iota\nBee\nC\n)", "const Bee = 7"}, Const, "const (\nA = iota\n_\nC\n)|const Bee = 7"},
		{"an init function of the same name only", []string{"func init_a() {}\nfunc init_b() {}", "func init_a() { println() }"}, Func, "func init() { println() }|func init() {}"},
		{"an init function without a name", []string{"func init() { println(1) }", "func init() { println(2) }"}, Func, "func init() { println(2) }"},
		{"several of them together", []string{"func init() { println(1) }\nfunc init() { println(2) }", "func init() { println(3) }\nfunc init() { println(4) }"}, Func, "func init() { println(3) }|func init() { println(4) }"},
		{"an import by its package's name", []string{`import "math/rand"`, `import "math/rand/v2"`}, Import, `import "math/rand/v2"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, d := range remember(t, c.cells...).All(c.kind) {
				got = append(got, d.Text)
			}
			if text := strings.Join(got, "|"); text != c.want {
				t.Errorf("left are\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

func TestForgetting(t *testing.T) {
	s, found := remember(t, "const (A = iota; B)\nfunc f() {}").Without("A")
	if !cmp.Equal(found, []Kind{Const}) || !cmp.Equal(s.Names(Const), []string{"B"}) {
		t.Errorf("found %v, left %q", found, s.Names(Const))
	}
	if _, found := s.Without("A"); found != nil {
		t.Errorf("found %v of a name that was removed", found)
	}
	if s, _ := s.Without("B"); len(s.list) != 1 {
		t.Errorf("left %d declarations, want f only", len(s.list))
	}
}

// ofCell accepts the declarations of a cell.
func ofCell(cell int) func(*Declaration) bool {
	return func(d *Declaration) bool { return d.Cell == cell }
}

func TestInitFunctionsAreForgottenByTheirKey(t *testing.T) {
	s, found := remember(t, "func init() { println(1) }\nfunc init() { println(2) }\nfunc init_a() {}").Without("init")
	if !cmp.Equal(found, []Kind{Func, Func}) || !cmp.Equal(s.Names(Func), []string{"init_a"}) {
		t.Errorf("found %v, left %q", found, s.Names(Func))
	}
}

func TestSelectTakesWhatTheProgramUses(t *testing.T) {
	all := remember(t,
		`import ("fmt"; "os"; "strings"; _ "embed"; . "math"; . "math/bits")
type T struct{ u U }
type U int
func (t *T) String() string { return strings.ToUpper("") }
func unused() { os.Exit(1) }
var kept = fmt.Sprint()`)
	main := parse(t, "%%\nt := &T{}\nslices.Max(Len(1))\nfmt := 1\n_, _ = t, fmt", 2).Main
	packages := map[string]Package{"math": {Name: "math", Exported: []string{"Abs"}}, "math/bits": {Name: "bits", Exported: []string{"Len"}}}
	s, err := Select(all, main, ofCell(2), packages)
	if err != nil {
		t.Fatal(err)
	}
	var imports, kept []string
	for _, d := range s.Imports {
		imports = append(imports, d.Path)
	}
	for _, d := range s.Declarations {
		kept = append(kept, d.Names[0])
	}
	if want := []string{"math/bits", "embed", "fmt", "strings"}; !cmp.Equal(imports, want) {
		t.Errorf("imports %q, want %q", imports, want)
	}
	if want := []string{"T", "U", "kept", "T~String"}; !cmp.Equal(kept, want) {
		t.Errorf("declarations %q, want %q", kept, want)
	}
	if want := map[string][]string{"slices": {"Max"}}; !cmp.Equal(s.Missing, want) {
		t.Errorf("missing %v, want %v", s.Missing, want)
	}
}

func TestProgramKnowsWhereItsLinesComeFrom(t *testing.T) {
	cell := "!ls\ntype (\n\tA struct {\n\t\tx int\n\t}\n)\n// f does\n// much.\nfunc f() {\n\tbad1()\n}\n%%\nbad2()"
	p := parse(t, cell, 7)
	program := Write(Parts{Declarations: p.Declarations, Main: p.Main})
	source := strings.Split(program.Source, "\n")
	cellLines := strings.Split(cell, "\n")
	for i, line := range source {
		for _, mark := range []string{"A struct", "x int", "bad1", "bad2", "much"} {
			at := strings.Index(line, mark)
			if at < 0 {
				continue
			}
			got, ok := program.Origin(i+1, at+1)
			if !ok || got.Cell != 7 || strings.Index(cellLines[got.Line-1], mark) != got.Column-1 {
				t.Errorf("%q is said to come from %+v", mark, got)
			}
		}
	}
	if _, ok := program.Origin(1, 1); ok {
		t.Error("the package clause is said to come from a cell")
	}
}

func TestSyntaxErrorsNameTheLineOfTheCell(t *testing.T) {
	for source, want := range map[string]string{
		"import \"fmt\"\n\nfmt.Println()": "line 3: expected declaration, found fmt (did you forget %% before the statements?)",
		"%%\nx := 1\nfunc f() {}":         "line 3: expected '(', found f (a function with a name is declared above %%)",
		"%%\nimport \"os\"":               "line 2: expected statement, found 'import' (an import stands above %%)",
		"%%\nx := 1\nimport (\n\"os\"\n)": "line 3: expected statement, found 'import' (an import stands above %%)",
		"!ls\n%%\nx := = 1":               "line 3: expected operand, found '='",
		"%%\nif true {":                   "line 2: ",
		"%%\nx := 1\nfunc main() {}":      "line 3: ",
	} {
		c, err := Split(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(c, 1); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}
