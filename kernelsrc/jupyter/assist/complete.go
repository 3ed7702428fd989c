package assist

import (
	"cmp"
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/types/typeutil"

	"longseq/kernelsrc/jupyter/dialect"
)

// Completion holds what may stand at the cursor. A match replaces the source from byte Start to byte End.
type Completion struct {
	Matches    []Match
	Start, End int
}

// Match is one way to complete a word.
type Match struct {
	Text      string
	Kind      string // as Jupyter names it: function, class (type), instance (value), module (package) or keyword
	Signature string // in Go; "" for keywords
}

// Complete returns the completions of the word that ends at a byte offset in the source of a cell.
func (a *Assistant) Complete(ctx context.Context, declared dialect.Set, source string, cursor int) Completion {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refresh()
	start := cursor
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(source[:start])
		if !isLetter(r) {
			break
		}
		start -= size
	}
	c := Completion{Start: start, End: cursor}
	prefix := source[start:cursor]
	d, ok := newDraft(source, start, cursor)
	if !ok {
		return c
	}
	for v := range a.views(ctx, declared, d) {
		if list, ok := a.candidates(v, d, prefix); ok {
			c.Matches = matching(list, prefix)
			break
		}
	}
	return c
}

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// newDraft returns a cell that is being typed, with the word from byte start to byte cursor of its source. It returns
// false if the word is not in a line of Go.
func newDraft(source string, start, cursor int) (draft, bool) {
	cell, err := dialect.Split(source)
	if err != nil || cell.Raw != nil {
		return draft{}, false
	}
	d := draft{lines: cell.Lines, main: cell.Main, line: strings.Count(source[:start], "\n")}
	begin := strings.LastIndexByte(source[:start], '\n') + 1
	d.column, d.end = start-begin, cursor-begin
	if d.line == d.main || d.end > len(d.lines[d.line]) {
		return draft{}, false // a special line
	}
	before := strings.TrimRight(d.lines[d.line][:d.column], " \t")
	d.selector = strings.HasSuffix(before, ".")
	if start == cursor && d.selector {
		line := d.lines[d.line]
		d.lines[d.line] = line[:d.column] + "_" + line[d.column:] // so that it parses
		d.end++
	}
	return d, true
}

// candidates returns everything that may stand in place of the word, and whether the view contains the word.
func (a *Assistant) candidates(v *view, d draft, prefix string) ([]Match, bool) {
	path, _ := astutil.PathEnclosingInterval(v.cell, v.word, v.word)
	if len(path) < 2 || path[0].Pos() != v.word {
		return nil, false
	}
	id, ok := path[0].(*ast.Ident)
	if !ok {
		return nil, false
	}
	if d.selector {
		s, ok := path[1].(*ast.SelectorExpr)
		if !ok || s.Sel != id {
			return nil, false
		}
		return v.members(s.X), true
	}
	list := v.names()
	for name, path := range a.standard {
		if prefix != "" {
			list = append(list, Match{name, "module", `package "` + path + `"`})
		}
	}
	for tok := token.BREAK; tok <= token.VAR; tok++ {
		list = append(list, Match{tok.String(), "keyword", ""})
	}
	return append(list, v.keys(path)...), true
}

// members returns what a selector of x may name: what a package exports, or the fields and methods of a value.
func (v *view) members(x ast.Expr) (list []Match) {
	if id, ok := x.(*ast.Ident); ok {
		if p, ok := v.info.Uses[id].(*types.PkgName); ok {
			scope := p.Imported().Scope()
			for _, name := range scope.Names() {
				if ast.IsExported(name) {
					list = append(list, v.match(scope.Lookup(name)))
				}
			}
			return list
		}
	}
	t := v.info.Types[x].Type
	if t == nil {
		return nil
	}
	for _, s := range typeutil.IntuitiveMethodSet(t, nil) {
		list = append(list, v.match(s.Obj()))
	}
	for _, field := range fields(t, make(map[types.Type]bool)) {
		list = append(list, v.match(field))
	}
	return slices.DeleteFunc(list, func(m Match) bool { return m.Text == "" })
}

// fields returns the fields of a struct or of a pointer to one, with those of embedded structs.
func fields(t types.Type, seen map[types.Type]bool) (list []*types.Var) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || seen[t] {
		return nil
	}
	seen[t] = true
	for field := range s.Fields() {
		list = append(list, field)
		if field.Embedded() {
			list = append(list, fields(field.Type(), seen)...)
		}
	}
	return list
}

// keys returns the fields of the composite literal in which the word stands.
func (v *view) keys(path []ast.Node) (list []Match) {
	if len(path) > 1 {
		if literal, ok := path[1].(*ast.CompositeLit); ok && literal.Type != path[0] {
			if t := v.info.Types[literal].Type; t != nil {
				for _, field := range fields(t, make(map[types.Type]bool)) {
					list = append(list, v.match(field))
				}
			}
		}
	}
	return slices.DeleteFunc(list, func(m Match) bool { return m.Text == "" })
}

// names returns everything that is in scope at the word.
func (v *view) names() (list []Match) {
	for scope := v.pkg.Scope().Innermost(v.word); scope != nil; scope = scope.Parent() {
		for _, name := range scope.Names() {
			_, object := scope.LookupParent(name, v.word)
			if name != "_" && name != "main" && object != nil {
				list = append(list, v.match(object))
			}
		}
	}
	return list
}

// match returns an object as a match. The text is "" if the object is not exported to the cell.
func (v *view) match(object types.Object) Match {
	if object.Pkg() != nil && object.Pkg() != v.pkg && !object.Exported() {
		if _, imported := object.(*types.PkgName); !imported {
			return Match{}
		}
	}
	m := Match{Text: object.Name(), Kind: "instance", Signature: types.ObjectString(object, v.qualifier)}
	switch object := object.(type) {
	case *types.Func, *types.Builtin:
		m.Kind = "function"
	case *types.TypeName:
		m.Kind = "class"
		m.Signature = "type " + object.Name()
	case *types.PkgName:
		m.Kind = "module"
	}
	return m
}

// qualifier returns how the cell's code names a package; see types.Qualifier.
func (v *view) qualifier(p *types.Package) string {
	if p == v.pkg {
		return ""
	}
	return p.Name()
}

// matching returns the matches that begin with the prefix, sorted. If there are none, it ignores case.
func matching(list []Match, prefix string) []Match {
	begins := func(m Match) bool { return !strings.HasPrefix(m.Text, prefix) }
	found := slices.DeleteFunc(slices.Clone(list), begins)
	if len(found) == 0 {
		found = slices.DeleteFunc(list, func(m Match) bool {
			return len(m.Text) < len(prefix) || !strings.EqualFold(m.Text[:len(prefix)], prefix)
		})
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(a.Text, b.Text) })
	return slices.CompactFunc(found, func(a, b Match) bool { return a.Text == b.Text })
}
