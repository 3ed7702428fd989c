package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longseq/kernelsrc/jupyter/dialect"
)

// newEngine returns an engine with folders of its own.
func newEngine(t *testing.T) *Engine {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	e, err := New(t.Context(), Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// printed is an output that keeps the text of both streams.
type printed struct{ text string }

func (p *printed) Stream(_, text string)              { p.text += text }
func (p *printed) Display(Display)                    {}
func (p *printed) Input(string, bool) (string, error) { return "", io.EOF }

// mustRun executes a cell, which must not fail, and returns what it prints.
func (e *Engine) mustRun(t *testing.T, count int, source string) string {
	t.Helper()
	var out printed
	if err := e.Execute(t.Context(), Cell{Count: count, Source: source}, &out); err != nil {
		t.Fatalf("cell %q: %v", source, err)
	}
	return out.text
}

// module writes a module with a package that has a constant, and returns its folder.
func module(t *testing.T, path, value string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module " + path + "\n\ngo 1.25\n",
		"part/one.go": "package part\n\nconst Value = " + value + "\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBuildsAfterTheFirstDoWithoutGoBuild(t *testing.T) {
	e := newEngine(t)
	dir := module(t, "local", "1")
	for i, cell := range []struct {
		name, source, want string
		full               bool // go build has to run
		kept               bool // the binary is that of an earlier cell
	}{
		{"the first cell", "%%\nfmt.Print(1)", "1", true, false},
		{"another program", "%%\nfmt.Print(2)", "2", false, false},
		{"the same again", "%%\nfmt.Print(2)", "2", false, true},
		{"the first again", "%%\nfmt.Print(1)", "1", false, true},
		{"a package that is new", "%%\nfmt.Print(heap.Init)", "", true, false},
		{"without the new package", "%%\nfmt.Print(3)", "3", false, false},
		{"with a package of before", "import \"os\"\n%%\nfmt.Fprint(os.Stdout, 4)", "4", false, false},
		{"a flag", "%goflags -tags=x\n%%\nfmt.Print(3)", "3", true, false},
		{"another module", fmt.Sprintf("!*go mod edit -require=local@v0.0.0 -replace=local=%s\nimport \"local/part\"\n%%%%\nfmt.Print(part.Value)", dir), "1", true, false},
		{"its program again", "%%\nfmt.Print(part.Value)", "1", false, true},
	} {
		t.Run(cell.name, func(t *testing.T) {
			e.build.awaitReplay()
			before, binaries := e.build.replay, len(e.build.kept.list)
			if got := e.mustRun(t, i+1, cell.source); cell.want != "" && got != cell.want {
				t.Errorf("printed %q, want %q", got, cell.want)
			}
			e.build.awaitReplay()
			if e.build.replay == nil {
				t.Fatal("nothing was learnt from go build")
			}
			if full := e.build.replay != before; full != cell.full {
				t.Errorf("go build ran: %v, want %v", full, cell.full)
			}
			if kept := len(e.build.kept.list) == binaries; kept != cell.kept && binaries < maxBinaries {
				t.Errorf("a kept binary ran: %v, want %v", kept, cell.kept)
			}
		})
	}
	value := time.Now().UnixNano() // so that no cache knows the package
	e.mustRun(t, 20, fmt.Sprintf("%%%%writefile %s\npackage part\n\nconst Value = %d\n", filepath.Join(dir, "part/one.go"), value))
	for i, add := range []int64{0, 1} {
		e.build.awaitReplay()
		before := e.build.replay
		if got, want := e.mustRun(t, 21+i, fmt.Sprintf("%%%%\nfmt.Print(part.Value + %d)", add)), fmt.Sprint(value+add); got != want {
			t.Errorf("printed %q after the local package was changed, want %s", got, want)
		}
		e.build.awaitReplay()
		if full := e.build.replay != before; full != (add == 0) {
			t.Errorf("go build ran: %v in cell %d after the change", full, i+1)
		}
	}
}

func TestImportsThatAreNotThereAreExplained(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	e := newEngine(t)
	for i, c := range []struct{ name, source, want string }{
		{"a module", "import \"example.com/nothing/part\"\n", "line 1: no module in go.mod has package \"example.com/nothing/part\", and it cannot be fetched"},
		{"a module that is not to be fetched", "%noautoget\nimport \"example.com/nothing/part\"\n", "line 2: no module in go.mod has package \"example.com/nothing/part\"; add it in a cell: !*go get example.com/nothing/part"},
		{"no module", "import (\n\t_ \"nothing/part\"\n)", "line 2: no package \"nothing/part\" in the standard library or in go.mod; add its module in a cell: !*go mod edit -require=nothing@v0.0.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := e.Execute(t.Context(), Cell{Count: i + 1, Source: c.source}, &printed{})
			var failed *CellError
			if !errors.As(err, &failed) || !strings.HasPrefix(failed.Value, fmt.Sprintf("Cell[%d]: %s", i+1, c.want)) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if trace := strings.Join(failed.Traceback, "\n"); !strings.Contains(trace, "^") {
				t.Errorf("no place is shown in %s", trace)
			}
		})
	}
	if got := e.mustRun(t, 9, "%%\nfmt.Print(1)"); got != "1" {
		t.Errorf("the next cell prints %q", got)
	}
}

func TestDotImportsAreLeftOutWhereNothingOfThemIsUsed(t *testing.T) {
	e := newEngine(t)
	e.mustRun(t, 1, "import . \"strings\"")
	if got := e.mustRun(t, 2, "%%\nfmt.Print(1)"); got != "1" {
		t.Errorf("printed %q", got)
	}
	if got := e.mustRun(t, 3, "%%\nfmt.Print(ToUpper(\"a\"))"); got != "A" {
		t.Errorf("printed %q", got)
	}
}

// A test that is asked for and not in the binary would pass with "no tests to run".
func TestTestsOfEarlierCellsRun(t *testing.T) {
	e := newEngine(t)
	const nothing = "%test: no function Test"
	if err := e.Execute(t.Context(), Cell{Count: 1, Source: "%test"}, &printed{}); err == nil || !strings.Contains(err.Error(), nothing) {
		t.Errorf("with no test at all: %v", err)
	}
	e.mustRun(t, 2, "import \"testing\"\nfunc TestOne(t *testing.T) { if one() != 1 { t.Error() } }\nfunc one() int { return 1 }\nfunc BenchmarkOne(b *testing.B) { for b.Loop() { one() } }")
	for i, c := range []struct {
		source   string
		with, no []string
	}{
		{"%test", []string{"--- PASS: TestOne", "BenchmarkOne"}, []string{"no tests"}},
		{"%test -test.v -test.run=TestOne", []string{"--- PASS: TestOne"}, []string{"no tests", "BenchmarkOne"}},
		{"%test\nfunc TestTwo(t *testing.T) {}\nfunc Testimony() {}", []string{"--- PASS: TestTwo"}, []string{"TestOne", "BenchmarkOne"}},
		{"%test\nfunc TestMain(m *testing.M) { println(\"prepared\"); m.Run() }", []string{"prepared", "--- PASS: TestOne", "--- PASS: TestTwo"}, nil},
	} {
		got := e.mustRun(t, 3+i, c.source)
		for _, want := range c.with {
			if !strings.Contains(got, want) {
				t.Errorf("%s prints no %s: %s", c.source, want, got)
			}
		}
		for _, not := range c.no {
			if strings.Contains(got, not) {
				t.Errorf("%s prints %s: %s", c.source, not, got)
			}
		}
	}
	err := e.Execute(t.Context(), Cell{Count: 20, Source: "func one() int { return 2 }\n%test"}, &printed{})
	var failed *CellError
	if !errors.As(err, &failed) || failed.Name != "ExitError" {
		t.Errorf("an earlier test that fails now gives %v", err)
	}
}

func TestWhatTestRuns(t *testing.T) {
	const earlier = "func TestOne(t *testing.T) {}\nfunc BenchmarkOne(b *testing.B) {}\nfunc ExampleOne() {}\nfunc TestMain(m *testing.M) {}\nfunc Testify() {}\nfunc (x T) TestM() {}\n"
	for _, c := range []struct{ own, flags, args, kept string }{
		{"", "", "-test.v -test.run=^(ExampleOne|TestOne)$ -test.bench=^(BenchmarkOne)$", "BenchmarkOne ExampleOne TestMain TestOne"},
		{"", "-test.run=One", "-test.run=One", "BenchmarkOne ExampleOne TestMain TestOne"},
		{"func TestTwo(t *testing.T) {}", "", "-test.v -test.run=^(TestTwo)$", "TestMain"},
		{"func BenchmarkTwo(b *testing.B) {}", "", "-test.v -test.run=^()$ -test.bench=^(BenchmarkTwo)$", "TestMain"},
		{"func FuzzTwo(f *testing.F) {}", "", "-test.v -test.run=^(FuzzTwo)$", "TestMain"},
	} {
		var sets [2][]*dialect.Declaration
		for i, source := range []string{earlier, c.own} {
			cell, err := dialect.Split(source)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := dialect.Parse(cell, i+1)
			if err != nil {
				t.Fatal(err)
			}
			sets[i] = parsed.Declarations
		}
		all := dialect.Set{}.With(sets[0]).With(sets[1])
		tests, err := chooseTests(&request{testFlags: strings.Fields(c.flags)}, all, sets[1])
		if err != nil {
			t.Fatal(err)
		}
		var kept []string
		for _, d := range all.All(dialect.Func) {
			if d.Cell == 1 && tests.need(d) {
				kept = append(kept, d.Names[0])
			}
		}
		if args := strings.Join(tests.args, " "); args != c.args || strings.Join(kept, " ") != c.kept {
			t.Errorf("%q %s runs %s with %q, want %s with %s", c.own, c.flags, args, kept, c.args, c.kept)
		}
	}
}

func TestOutputOfChildrenIsWaitedFor(t *testing.T) {
	e := newEngine(t)
	for i, c := range []struct{ name, source string }{
		{"of a program", "%%\nexec.Command(\"true\")\nc := exec.Command(\"sh\", \"-c\", \"sleep 0.3; echo late; sleep 0.1; echo later >&2\")\nc.Stdout, c.Stderr = os.Stdout, os.Stderr\nfmt.Println(\"main ends\", c.Start())"},
		{"of a shell command", "!(sleep 0.3; echo late; sleep 0.1; echo later >&2) & echo main ends '<nil>'"},
		{"of a script", "%%bash\n(sleep 0.3; echo late; sleep 0.1; echo later >&2) &\necho main ends '<nil>'"},
	} {
		if got, want := e.mustRun(t, i+1, c.source), "main ends <nil>\nlate\nlater\n"; got != want {
			t.Errorf("%s is %q, want %q", c.name, got, want)
		}
	}
	e.writers = time.Second
	got := e.mustRun(t, 9, "!(while sleep 0.3; do echo on; done) &")
	if !strings.HasPrefix(got, "on\n") || !strings.Contains(got, "runs on; what it prints after 1s is lost") {
		t.Errorf("of one that does not end is %q", got)
	}
	e.writers = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := e.Execute(ctx, Cell{Count: 10, Source: "!sleep 1000 &"}, &printed{}); err == nil || time.Since(began) > time.Minute {
		t.Errorf("an interrupt during the wait gives %v after %v", err, time.Since(began))
	}
}

func TestACellIsRunAsATest(t *testing.T) {
	e := newEngine(t)
	e.mustRun(t, 1, "func double(n int) int { return 2 * n }")
	got := e.mustRun(t, 2, "%test\nfunc TestDouble(t *testing.T) {\n\tif double(2) != 4 { t.Error() }\n}\nfunc BenchmarkDouble(b *testing.B) { for b.Loop() { double(3) } }")
	for _, want := range []string{"--- PASS: TestDouble", "BenchmarkDouble", "PASS"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
	var out printed
	err := e.Execute(t.Context(), Cell{Count: 3, Source: "func TestDouble(t *testing.T) {\n\tt.Error(\"it is\", double(2))\n}\n%test"}, &out)
	var failed *CellError
	if !errors.As(err, &failed) || failed.Name != "ExitError" {
		t.Errorf("a test that fails gives %v", err)
	}
	if want := "    Cell[3]: line 2: it is 4\n"; !strings.Contains(out.text, want) {
		t.Errorf("no %q in %q", want, out.text)
	}
}
