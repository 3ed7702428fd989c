package dialect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWordsGroupByQuotes(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{"", nil},
		{"  a\tb  ", []string{"a", "b"}},
		{`--n=7 "two words" ""`, []string{"--n=7", "two words", ""}},
		{`K="a \"b\" \\ \n"`, []string{"K=a \"b\" \\ \n"}},
		{`\n`, []string{`\n`}},
	} {
		got, err := Words(c.line)
		if err != nil || !cmp.Equal(got, c.want) {
			t.Errorf("Words(%q) = %q, %v; want %q", c.line, got, err, c.want)
		}
	}
	if _, err := Words(`"open`); err == nil {
		t.Error("an open quote is taken")
	}
}

func TestSplitSortsLines(t *testing.T) {
	c, err := Split("import \"fmt\"\n!echo a \\\n  b\npackage foo\n//gonb:%% --n=7 \"two words\"\nfmt.Println()\n%cd /tmp")
	if err != nil {
		t.Fatal(err)
	}
	if want := []Command{{'!', "echo a    b", 2}, {'%', "cd /tmp", 7}}; !cmp.Equal(c.Commands, want) {
		t.Errorf("commands %+v, want %+v", c.Commands, want)
	}
	if want := []string{"import \"fmt\"", "", "", "", "", "fmt.Println()", ""}; !cmp.Equal(c.Lines, want) {
		t.Errorf("Go lines %q, want %q", c.Lines, want)
	}
	if c.Main != 4 || !cmp.Equal(c.Args, []string{"--n=7", "two words"}) {
		t.Errorf("main at %d with %q", c.Main, c.Args)
	}
}

func TestSplitRefuses(t *testing.T) {
	for source, want := range map[string]string{
		"var x = 1\n%%bash\nls": "line 2: %%bash can only be the first line",
		"%%\n%%":                "line 2: the cell has a second %%",
		"%args \"a":             "line 1: a quoted word",
	} {
		if _, err := Split(source); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Split(%q): %v, want %s", source, err, want)
		}
	}
}

func TestRawCellsAreInputOfACommand(t *testing.T) {
	c, err := Split("\n%%writefile -a x.txt\n%% not special\n!neither")
	if err != nil {
		t.Fatal(err)
	}
	if c.Raw == nil || c.Raw.Text != "%writefile -a x.txt" || c.Body != "%% not special\n!neither\n" || c.HasGo() {
		t.Errorf("got %+v", c)
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "%%\nfmt.Println()", "!ls \\\n -l", "%%bash\nls", "//gonb:%% \"a", "func f() {}\r\n%", "const (\nA=iota\n)\nvar _ = 1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		c, err := Split(source)
		if err != nil {
			return
		}
		if c.Raw == nil && len(c.Lines) != strings.Count(strings.ReplaceAll(source, "\r\n", "\n"), "\n")+1 {
			t.Errorf("%d lines of %q", len(c.Lines), source)
		}
		p, err := Parse(c, 1)
		if err != nil {
			return
		}
		all := Set{}.With(p.Declarations)
		main := p.Main
		if main == nil {
			main = StubMain()
		}
		s, err := Select(all, main, ofCell(1), nil)
		if err != nil {
			t.Fatalf("cell %q parses but its program does not: %v", source, err)
		}
		Write(s.Parts)
	})
}
