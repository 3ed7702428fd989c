package assist

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/jupyter/dialect"
)

// root returns the folder of the tool chain.
func root(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// newAssistant returns an assistant whose packages are those of this module.
func newAssistant(t *testing.T) *Assistant {
	t.Helper()
	return New(Options{
		Root: root(t),
		Go: func(ctx context.Context, argv ...string) (string, error) {
			out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).Output()
			return string(out), err
		},
		Builds: func() int { return 0 },
	})
}

// declared returns the declarations of a cell.
func declared(t *testing.T, source string) dialect.Set {
	t.Helper()
	cell, err := dialect.Split(source)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := dialect.Parse(cell, 1)
	if err != nil {
		t.Fatal(err)
	}
	return dialect.Set{}.With(parsed.Declarations)
}

// before is an earlier cell of these tests.
const before = `import (
	"bytes"
	"longseq/kernelsrc/jupyter/nbformat"
)

type Reader struct {
	*bytes.Buffer
	Depth, depth2 int // percent
}

// Next returns the next number,
// and only that.
func (r *Reader) Next() int { return 1 }

const Limit = 3 // of all

func newReader(depth int) *Reader { return nil }`

func TestCompletion(t *testing.T) {
	a := newAssistant(t)
	set := declared(t, before)
	for _, c := range []struct{ name, source, want string }{ // the cursor is at |
		{"of a package", "strings.ToUpp|", "ToUpper ToUpperSpecial"},
		{"of a package in main", "%%\nx := strings.ToUpp|\nfmt.Println(x)", "ToUpper ToUpperSpecial"},
		{"after a call", "%%\nfmt.Println(strings.TrimSu|)", "TrimSuffix"},
		{"in letters of another case", "strings.toupp|", "ToUpper ToUpperSpecial"},
		{"of a package of the module", "%%\nn := nbformat.No|", "Notebook"},
		{"of what a call returns", "%%\nnewReader(1).Ne|", "Next"},
		{"of a variable", "%%\nr := newReader(1)\nr.d|", "depth2"},
		{"of all members of an own type", "%%\nr := newReader(1)\n_ = r.De|", "Depth"},
		{"of a promoted method", "%%\nr := newReader(1)\nr.Trunc|\nr.Next()", "Truncate"},
		{"of what an unimported package returns", "%%\nb := strings.NewReplacer()\nb.Wri|", "WriteString"},
		{"at a dot that ends the line", "%%\nvar t time.Month\nt.|\nfmt.Println(t)", "String"},
		{"of a local name", "%%\nlongName := 1\nfmt.Println(longN|", "longName"},
		{"not of a name declared later", "%%\nfmt.Println(longN|)\nlongName := 1", ""},
		{"of a remembered name", "%%\nnewR|", "newReader"},
		{"of a name of this cell", "func ownName() {}\n%%\nownN|", "ownName"},
		{"in a declaration", "func f(r *Rea|) {}", "Reader"},
		{"of a key", "%%\nr := Reader{Dep|}", "Depth"},
		{"of a word of the language", "%%\nfallth|", "fallthrough"},
		{"of a built-in function", "%%\nx := appe|", "append"},
		{"of a package's name", "%%\nstrcon|", "strconv"},
		{"in a broken cell", "func f( {\n%%\nif x {\nstrings.ToUpp|", "ToUpper ToUpperSpecial"},
		{"behind other letters", "%%\nä, ö := 1, \"ü\"; strings.ToUpp|", "ToUpper ToUpperSpecial"},
		{"not in a special line", "!ls strings.ToUpp|", ""},
		{"not in a cell of another language", "%%bash\nstrings.ToUpp|", ""},
		{"of nothing that is known", "nothing.Know|", ""},
		{"in an empty cell", "|", "*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cursor := strings.IndexByte(c.source, '|')
			source := c.source[:cursor] + c.source[cursor+1:]
			got := a.Complete(t.Context(), set, source, cursor)
			var texts []string
			for _, match := range got.Matches {
				texts = append(texts, match.Text)
			}
			if c.want != "*" && strings.Join(texts, " ") != c.want {
				t.Errorf("got %q, want %q", texts, c.want)
			}
			if got.End != cursor || strings.ContainsAny(source[got.Start:got.End], " .(") {
				t.Errorf("replaces %q", source[got.Start:got.End])
			}
		})
	}
	got := a.Complete(t.Context(), set, "strings.ToUpperS", len("strings.ToUpperS")).Matches
	want := Match{"ToUpperSpecial", "function", "func strings.ToUpperSpecial(c unicode.SpecialCase, s string) string"}
	if !slices.Equal(got, []Match{want}) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestInspection(t *testing.T) {
	a := newAssistant(t)
	set := declared(t, before)
	for _, c := range []struct{ name, source, code, doc string }{
		{"a function of a package", "%%\nx := strings.ToUp|per(\"a\")", "func ToUpper(s string) string", "ToUpper returns s with"},
		{"the function that is called", "%%\nx := strings.Repeat(\"a\", len(\"b\"), |)", "func Repeat(s string, count int) string", "Repeat returns a new string"},
		{"a type", "%%\nvar b strings.Builder|", "type Builder struct {", "A Builder is used to"},
		{"a method", "%%\nvar b strings.Builder\nb.WriteByte|(1)", "func (b *Builder) WriteByte(c byte) error", "WriteByte appends"},
		{"a package", "%%\nstrings|.ToUpper(\"\")", "package strings // import \"strings\"", "Package strings implements"},
		{"a package of the module", "%%\nnbformat|.Read(\"\")", "package nbformat // import \"longseq/kernelsrc/jupyter/nbformat\"", "Package nbformat reads"},
		{"a function of the module", "%%\nnbformat.Read|(\"\")", "func Read(path string) (*Notebook, error)", "Read reads a notebook"},
		{"a remembered type", "%%\nvar r Reader|", "type Reader struct {", ""},
		{"a remembered method", "%%\nnewReader(1).Next|()", "func (r *Reader) Next() int", "Next returns the next number,\nand only that."},
		{"a field", "%%\nnewReader(1).Depth|", "field Depth int", "percent"},
		{"a constant", "%%\nx := Limit|", "const Limit untyped int", ""},
		{"a variable", "%%\nn := strings.Fields(\"\")\nfmt.Println(n|)", "var n []string", ""},
		{"a built-in function", "%%\nx := append|(a, 1)", "func append(slice []Type, elems ...Type) []Type", "The append built-in"},
		{"a bare statement", "strings.ToUpper|", "func ToUpper(s string) string", "ToUpper returns"},
		{"a constant of a package", "%%\nx := math.Pi|", "const math.Pi untyped float", "Mathematical constants"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cursor := strings.IndexByte(c.source, '|')
			source := c.source[:cursor] + c.source[cursor+1:]
			got, found := a.Inspect(t.Context(), set, source, cursor, false)
			if !found || !strings.HasPrefix(got.Code, c.code) || !strings.HasPrefix(got.Doc, c.doc) {
				t.Errorf("got %v %q %q", found, got.Code, got.Doc)
			}
			if !strings.Contains(got.Markdown(), "```go\n"+c.code) || !strings.Contains(got.Text(), c.code) {
				t.Errorf("shown as %q and %q", got.Markdown(), got.Text())
			}
		})
	}
	if got, _ := a.Inspect(t.Context(), set, "%%\nstrings.ToUpper", len("%%\nstrings.ToUpper"), true); !strings.Contains(got.Code, "isASCII") {
		t.Errorf("the code is %q, want the body too", got.Code)
	}
	for _, source := range []string{"", "%%\n", "%%\nnothing", "!ls", "%%\n1 + 1", "%%\n)("} {
		for cursor := range len(source) + 1 {
			if got, found := a.Inspect(t.Context(), set, source, cursor, false); found {
				t.Errorf("%q at %d is explained as %q", source, cursor, got.Code)
			}
		}
	}
}

func FuzzDrafts(f *testing.F) {
	for _, source := range []string{"%%\nx.", "func f(", "strings.ToUpp", "!ls\n%%\n`", "import \"fmt\nä.b", "%%\\\nx.y", "x.\r\ny"} {
		f.Add(source, len(source))
	}
	a := New(Options{
		Root:   root(f),
		Go:     func(context.Context, ...string) (string, error) { return "", nil },
		Builds: func() int { return 0 },
	})
	f.Fuzz(func(t *testing.T, source string, cursor int) {
		cursor = min(max(cursor, 0), len(source))
		c := a.Complete(t.Context(), dialect.Set{}, source, cursor)
		if c.Start < 0 || c.Start > c.End || c.End > len(source) {
			t.Errorf("%q at %d: replaces %d to %d", source, cursor, c.Start, c.End)
		}
		a.Inspect(t.Context(), dialect.Set{}, source, cursor, true)
	})
}
