package dialect

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// header precedes a cell's lines when they are parsed: line n of the cell is line n+1 of the file.
const header = "package main\n"

// Parsed is the parsed Go of a cell.
type Parsed struct {
	Declarations []*Declaration // all except main
	Main         *Body          // nil if the cell has none
	Lost         []Lost         // directives that have no effect in a cell
}

// Lost is a directive that has no effect in a cell, because comments before a declaration are not kept.
type Lost struct {
	Directive string // as in //go:embed
	Line      int    // of the cell, from 1
}

// Body is a function main.
type Body struct {
	Text string // complete Go source
	Cell int    // execution count of its cell
	Line int    // its first line in that cell, from 1
}

// Parse parses the Go of a cell with the given execution count. A syntax error is an *Error.
func Parse(c *Cell, count int) (*Parsed, error) {
	source := c.goSource()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "cell", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, c.explain(err)
	}
	r := reader{files: files, source: source, cell: count}
	p := &Parsed{Lost: r.lost(file)}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			p.Declarations = append(p.Declarations, r.general(decl)...)
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Name.Name == "main" {
				if p.Main != nil {
					return nil, &Error{Line: r.line(decl.Pos()), Text: "the cell has a second main: %% and func main() are the same"}
				}
				p.Main = &Body{Text: r.text(decl.Pos(), decl.End()), Cell: count, Line: r.line(decl.Pos())}
				continue
			}
			p.Declarations = append(p.Declarations, r.function(decl))
		}
	}
	return p, nil
}

// mainHead begins the main of a cell with %%.
const mainHead = "func main() { " + flagParse

// flagParse is the call that main begins with in a cell with %%; see flagName.
const flagParse = flagName + ".Parse()"

// goSource returns a Go file of the cell's lines.
func (c *Cell) goSource() []byte {
	var b bytes.Buffer
	b.WriteString(header)
	for i, line := range c.Lines {
		if i == c.Main {
			line = mainHead
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	if c.Main >= 0 {
		b.WriteString("}\n")
	}
	return b.Bytes()
}

// explain turns an error of the parser into an *Error of the cell, with a hint at the likely cause.
func (c *Cell) explain(err error) error {
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return err
	}
	first := list[0]
	e := &Error{Line: min(first.Pos.Line-1, len(c.Lines)), Column: first.Pos.Column, Text: first.Msg}
	if c.Main < 0 && (strings.Contains(first.Msg, "expected declaration") || strings.Contains(first.Msg, "outside function body")) {
		e.Text += " (did you forget %% before the statements?)"
	}
	if c.Main >= 0 && e.Line-1 > c.Main {
		word, _, _ := strings.Cut(strings.TrimSpace(c.Lines[e.Line-1]), " ")
		switch {
		case word == "func" && strings.HasPrefix(first.Msg, "expected '('"):
			e.Text += " (a function with a name is declared above %%)"
		case strings.HasPrefix(word, "import") && strings.Contains(first.Msg, "found 'import'"):
			e.Text += " (an import stands above %%)"
		}
	}
	return e
}

// reader turns syntax trees into declarations.
type reader struct {
	files  *token.FileSet
	source []byte
	cell   int
}

func (r reader) offset(p token.Pos) int { return r.files.Position(p).Offset }
func (r reader) line(p token.Pos) int   { return r.files.Position(p).Line - 1 }
func (r reader) column(p token.Pos) int { return r.files.Position(p).Column }

func (r reader) text(from, to token.Pos) string {
	return string(r.source[r.offset(from):min(r.offset(to), len(r.source))])
}

// declaration returns the declaration of a node. The keyword is added because the node of a group does not have it.
func (r reader) declaration(kind Kind, keyword string, node ast.Node, names ...string) *Declaration {
	return &Declaration{
		Kind:  kind,
		Names: names,
		Text:  keyword + r.text(node.Pos(), node.End()),
		Cell:  r.cell,
		Line:  r.line(node.Pos()),
		Shift: r.column(node.Pos()) - 1 - len(keyword),
	}
}

// lost returns the first directive of each kind that go build would obey in a file.
func (r reader) lost(file *ast.File) (list []Lost) {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			name, _, _ := strings.Cut(comment.Text, " ")
			known := slices.ContainsFunc(list, func(l Lost) bool { return l.Directive == name })
			if (name == "//go:embed" || name == "//go:build") && !known {
				list = append(list, Lost{name, r.line(comment.Pos())})
			}
		}
	}
	return list
}

func (r reader) general(decl *ast.GenDecl) []*Declaration {
	if decl.Tok == token.CONST {
		if d := r.constants(decl); d != nil {
			return []*Declaration{d}
		}
		return nil
	}
	var list []*Declaration
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.ImportSpec:
			list = append(list, r.imported(spec))
		case *ast.TypeSpec:
			list = append(list, r.declaration(Type, "type ", spec, spec.Name.Name))
		case *ast.ValueSpec:
			d := r.declaration(Var, "var ", spec)
			for i, name := range spec.Names {
				key := name.Name
				if key == "_" {
					key = fmt.Sprintf("_~%d.%d.%d", r.cell, d.Line, i)
				}
				d.Names = append(d.Names, key)
			}
			list = append(list, d)
		}
	}
	return list
}

// constants returns a group of constants as one declaration, because the values may depend on iota.
func (r reader) constants(decl *ast.GenDecl) *Declaration {
	d := r.declaration(Const, "", decl)
	start := r.offset(decl.Pos())
	for _, spec := range decl.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for _, name := range value.Names {
			if name.Name != "_" {
				d.Names = append(d.Names, name.Name)
				d.members = append(d.members, member{name.Name, r.offset(name.Pos()) - start})
			}
		}
	}
	if len(d.Names) == 0 {
		return nil
	}
	return d
}

func (r reader) imported(spec *ast.ImportSpec) *Declaration {
	importPath, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		importPath = spec.Path.Value // the compiler will report what is wrong with it
	}
	key := AssumedName(importPath)
	if spec.Name != nil {
		key = spec.Name.Name
	}
	if key == "." || key == "_" {
		key += "~" + importPath
	}
	d := r.declaration(Import, "import ", spec, key)
	d.Path = importPath
	return d
}

// versionSuffix matches a version at the end of an import path, which is not part of the package's name.
var versionSuffix = regexp.MustCompile(`(/v[0-9]+|\.v[0-9]+)$`)

// AssumedName returns the likely name of the package with an import path: its last element without a version.
func AssumedName(importPath string) string {
	if cut := versionSuffix.ReplaceAllString(importPath, ""); cut != "" {
		importPath = cut
	}
	return path.Base(importPath)
}

// function returns the declaration of a function with its doc comment. func init_NAME becomes func init. Every func init
// of a cell has the key init, so that they replace those of the cell's last run.
func (r reader) function(decl *ast.FuncDecl) *Declaration {
	from := decl.Pos()
	if decl.Doc != nil {
		from = decl.Doc.Pos()
	}
	name := decl.Name.Name
	d := &Declaration{
		Kind:  Func,
		Names: []string{name},
		Text:  r.text(from, decl.End()),
		Cell:  r.cell,
		Line:  r.line(from),
		Shift: r.column(from) - 1,
	}
	switch {
	case decl.Recv != nil && len(decl.Recv.List) == 1:
		d.Names[0] = receiver(decl.Recv.List[0].Type) + "~" + name
	case strings.HasPrefix(name, "init_"):
		at := r.offset(decl.Name.Pos()) - r.offset(from)
		d.Text = d.Text[:at] + "init" + d.Text[at+len(name):]
	case name == "_":
		d.Names[0] = fmt.Sprintf("_~%d.%d", r.cell, d.Line)
	}
	return d
}

// receiver returns the name of a receiver's type, without pointer and type parameters.
func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.ParenExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return "unknown"
}
