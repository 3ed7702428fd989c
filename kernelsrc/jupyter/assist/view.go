package assist

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"longseq/kernelsrc/jupyter/dialect"
)

// draft is a cell that is being typed, and the word in it that is completed or explained.
type draft struct {
	lines    []string // of Go; special lines are empty
	main     int      // line of %%, from 0; -1 if there is none
	line     int      // of the word, from 0
	column   int      // of the word's first byte, from 0
	end      int      // of the byte after what was typed of the word
	selector bool     // a dot precedes the word
}

// view is a draft that was parsed as a Go file and type-checked together with the remembered declarations.
type view struct {
	cell, memory *ast.File // the draft and the remembered declarations
	info         *types.Info
	pkg          *types.Package
	word         token.Pos // beginning of the word
}

// readings are the ways to turn a draft into a Go file, the most likely first: as it would run; as statements of a main
// whose %% is still missing; and, if the rest does not parse, the line up to the cursor alone.
var readings = []func(d draft) (before string, lines []string, after string){
	func(d draft) (string, []string, string) {
		if d.main < 0 {
			return "", d.lines, ""
		}
		lines := slices.Clone(d.lines)
		lines[d.main] = mainHead
		return "", lines, "}"
	},
	func(d draft) (string, []string, string) { return mainHead, d.lines, "}" },
	func(d draft) (string, []string, string) {
		lines := make([]string, len(d.lines))
		lines[d.line] = d.lines[d.line][:d.end]
		return mainHead, lines, "}"
	},
}

const mainHead = "func main() {"

// views yields a view for each reading of a draft, in order.
func (a *Assistant) views(ctx context.Context, declared dialect.Set, d draft) func(yield func(*view) bool) {
	return func(yield func(*view) bool) {
		for _, read := range readings {
			before, lines, after := read(d)
			v := a.check(ctx, declared, d, before, lines, after, nil)
			if missing := a.missing(v); len(missing) > 0 {
				v = a.check(ctx, declared, d, before, lines, after, missing)
			}
			if ctx.Err() != nil || !yield(v) {
				return
			}
		}
	}
}

// check parses and type-checks one reading, with the remembered imports and those given by name. It ignores errors.
func (a *Assistant) check(ctx context.Context, declared dialect.Set, d draft, before string, lines []string, after string, imports map[string]string) *view {
	head := []string{"package main"}
	var paths []string
	for _, i := range declared.All(dialect.Import) {
		head = append(head, i.Text)
		paths = append(paths, i.Path)
	}
	for _, name := range slices.Sorted(maps.Keys(imports)) {
		head = append(head, "import "+name+` "`+imports[name]+`"`)
		paths = append(paths, imports[name])
	}
	var declarations []*dialect.Declaration
	for kind := dialect.Type; kind <= dialect.Func; kind++ {
		declarations = append(declarations, declared.All(kind)...)
	}
	parts := dialect.Parts{Imports: declared.All(dialect.Import), Declarations: declarations}
	const mode = parser.ParseComments | parser.SkipObjectResolution | parser.AllErrors
	first := strings.Join(append(head, before), "; ") + "\n"
	text := first + strings.Join(lines, "\n") + "\n" + after + "\n"
	v := &view{}
	v.cell, _ = parser.ParseFile(a.files, "cell.go", text, mode)
	v.memory, _ = parser.ParseFile(a.files, "main.go", dialect.Write(parts).Source, mode)
	for _, spec := range v.cell.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, "\"`"))
	}
	a.load(ctx, paths)
	v.info = &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue),
		Defs:       make(map[*ast.Ident]types.Object),
		Uses:       make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:     make(map[ast.Node]*types.Scope),
	}
	config := types.Config{Importer: a, Error: func(error) {}}
	v.pkg, _ = config.Check("main", a.files, []*ast.File{v.cell, v.memory}, v.info)
	v.word = v.cell.FileStart + token.Pos(len(first)+d.column)
	for _, line := range lines[:d.line] {
		v.word += token.Pos(len(line) + 1)
	}
	return v
}

// missing returns the import paths of standard packages that are used without an import, by name.
func (a *Assistant) missing(v *view) map[string]string {
	found := make(map[string]string)
	for _, file := range []*ast.File{v.cell, v.memory} {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && v.info.Uses[x] == nil && a.standard[x.Name] != "" {
					found[x.Name] = a.standard[x.Name]
				}
			}
			return true
		})
	}
	return found
}
