package assist

import (
	"context"
	"fmt"
	"go/ast"
	"go/build"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/go/ast/astutil"

	"longseq/kernelsrc/jupyter/dialect"
)

// Explanation explains a name in a cell.
type Explanation struct {
	Code string // its declaration, in Go
	Doc  string // its doc comment, as in the source
}

// Markdown returns the explanation as formatted text.
func (e Explanation) Markdown() string {
	var p comment.Parser
	printer := comment.Printer{HeadingLevel: 4}
	return fmt.Sprintf("```go\n%s\n```\n\n%s", e.Code, printer.Markdown(p.Parse(e.Doc)))
}

// Text returns the explanation as plain text.
func (e Explanation) Text() string {
	var p comment.Parser
	var printer comment.Printer
	return fmt.Sprintf("%s\n\n%s", e.Code, printer.Text(p.Parse(e.Doc)))
}

// Inspect explains the name at a byte offset in the source of a cell or, between the parentheses of a call, the function
// that is called. If body is set, the explanation holds the bodies of functions. It returns false if there is nothing
// to explain.
func (a *Assistant) Inspect(ctx context.Context, declared dialect.Set, source string, cursor int, body bool) (Explanation, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refresh()
	start, end := nameAt(source, cursor)
	d, ok := newDraft(source, start, end)
	if !ok || start == end {
		return Explanation{}, false
	}
	for v := range a.views(ctx, declared, d) {
		path, _ := astutil.PathEnclosingInterval(v.cell, v.word, v.word)
		if len(path) == 0 {
			continue
		}
		id, ok := path[0].(*ast.Ident)
		if !ok || id.Pos() != v.word {
			continue
		}
		if object := v.info.ObjectOf(id); object != nil {
			return a.explain(v, object, body), true
		}
	}
	return Explanation{}, false
}

// nameAt returns the name at a cursor, or else the name of the function whose arguments the cursor is in. start is end
// if there is none.
func nameAt(source string, cursor int) (start, end int) {
	start, end = wordAround(source, cursor)
	for depth, at := 0, cursor; start == end && at > 0; at-- {
		switch source[at-1] {
		case ')':
			depth++
		case '(':
			if depth--; depth < 0 {
				return wordAround(source, at-1)
			}
		}
	}
	return start, end
}

// wordAround returns the word that a cursor is in or directly after.
func wordAround(source string, cursor int) (start, end int) {
	start, end = cursor, cursor
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(source[:start])
		if !isLetter(r) {
			break
		}
		start -= size
	}
	for end < len(source) {
		r, size := utf8.DecodeRuneInString(source[end:])
		if !isLetter(r) {
			break
		}
		end += size
	}
	return start, end
}

// explain returns the explanation of an object.
func (a *Assistant) explain(v *view, object types.Object, body bool) Explanation {
	if p, ok := object.(*types.PkgName); ok {
		return Explanation{
			Code: fmt.Sprintf("package %s // import %q", p.Imported().Name(), p.Imported().Path()),
			Doc:  packageDoc(a.dir(p.Imported().Path())),
		}
	}
	e := Explanation{Code: types.ObjectString(object, v.qualifier)}
	if object.Pkg() == nil && object.Name() != "Error" { // predeclared
		if file, err := a.parse(filepath.Join(a.opts.Root, "src", "builtin", "builtin.go")); err == nil {
			a.describe(&e, object, file, func(id *ast.Ident) bool { return id.Name == object.Name() }, false)
		}
		return e
	}
	if object.Pkg() == v.pkg {
		for _, file := range []*ast.File{v.cell, v.memory} {
			a.describe(&e, object, file, func(id *ast.Ident) bool { return id.Pos() == object.Pos() }, body)
		}
		return e
	}
	at := a.files.Position(object.Pos())
	file, err := a.parse(strings.Replace(at.Filename, "$GOROOT", a.opts.Root, 1))
	if err == nil {
		a.describe(&e, object, file, func(id *ast.Ident) bool {
			return id.Name == object.Name() && a.files.Position(id.Pos()).Line == at.Line
		}, body)
	}
	return e
}

func (a *Assistant) parse(path string) (*ast.File, error) {
	return parser.ParseFile(a.files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
}

// describe adds an object's doc comment in a file and, for types and functions, its declaration. The function is
// recognizes the object's identifier.
func (a *Assistant) describe(e *Explanation, object types.Object, file *ast.File, is func(*ast.Ident) bool, body bool) {
	var group *ast.CommentGroup // of the declaration around specs
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			group = n.Doc
		case *ast.FuncDecl:
			if !is(n.Name) {
				return true
			}
			e.Doc = n.Doc.Text()
			n.Doc = nil
			if !body {
				n.Body = nil
			}
			e.Code = a.source(n, e.Code)
			return false
		case *ast.TypeSpec:
			if is(n.Name) {
				e.Doc = firstText(n.Doc, group, n.Comment)
				e.Code = a.source(&ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{&ast.TypeSpec{Name: n.Name, TypeParams: n.TypeParams, Assign: n.Assign, Type: n.Type}}}, e.Code)
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				if is(id) {
					e.Doc = firstText(n.Doc, group, n.Comment)
				}
			}
		case *ast.Field:
			for _, id := range n.Names {
				if is(id) {
					e.Doc = firstText(n.Doc, n.Comment)
				}
			}
		}
		return true
	})
}

// firstText returns the text of the first comment that is not empty.
func firstText(groups ...*ast.CommentGroup) string {
	for _, group := range groups {
		if text := group.Text(); text != "" {
			return text
		}
	}
	return ""
}

// source returns a declaration as gofmt writes it, or fallback if it cannot be formatted.
func (a *Assistant) source(n ast.Node, fallback string) string {
	var text strings.Builder
	if err := format.Node(&text, a.files, n); err != nil {
		return fallback
	}
	return text.String()
}

// packageDoc returns the doc comment of the package in a folder.
func packageDoc(dir string) string {
	p, err := build.ImportDir(dir, 0)
	if err != nil {
		return ""
	}
	for _, name := range append(p.GoFiles, p.CgoFiles...) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err == nil && file.Doc.Text() != "" {
			return file.Doc.Text()
		}
	}
	return ""
}
