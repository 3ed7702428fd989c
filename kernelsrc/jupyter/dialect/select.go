package dialect

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Selection is what of the remembered declarations a program needs.
type Selection struct {
	Parts
	// Missing are the packages that the program uses by name without importing them, each with the
	// names used of it.
	Missing map[string][]string
}

// Package is what can be known of an imported package without loading it.
type Package struct {
	Name     string   // the name in its package clause
	Exported []string // its exported names; needed for a dot import only
}

// Select returns what a program with this main needs of the declarations: those of this cell, all
// variables and init functions, since their code runs in each program, what any of them uses, and
// the imports for these. Packages holds packages by path, as far as they are known.
func Select(all Set, main *Body, cell int, packages map[string]Package) (*Selection, error) {
	var parts Parts
	parts.Imports = all.All(Import)
	for kind := Type; kind <= Func; kind++ {
		parts.Declarations = append(parts.Declarations, all.All(kind)...)
	}
	parts.Main = main
	s := selector{parts: parts, packages: packages}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s.walk(cell), nil
}

// selector finds by type-checking which declaration uses which. Imported packages hold names at most to
// the checker, so that nothing has to be loaded; it goes on over the mistakes that follow.
type selector struct {
	parts    Parts
	packages map[string]Package

	info    types.Info
	scope   *types.Scope
	nodes   []ast.Decl             // of parts.Declarations, then of main
	imports map[types.Object]int   // index in parts.Imports
	owner   map[types.Object][]int // indices in nodes: a type is owned by its methods too
}

// Import returns a package of names only; see types.Importer.
func (s *selector) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	known := s.packages[path]
	if known.Name == "" {
		known.Name = AssumedName(path)
	}
	pkg := types.NewPackage(path, known.Name)
	for _, name := range known.Exported {
		pkg.Scope().Insert(types.NewVar(token.NoPos, pkg, name, types.Typ[types.Invalid]))
	}
	pkg.MarkComplete()
	return pkg, nil
}

// check parses and checks the program of all parts.
func (s *selector) check() error {
	files := token.NewFileSet()
	program := Write(s.parts)
	file, err := parser.ParseFile(files, "main.go", program.Source, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("put program together: %w", err)
	}
	s.info = types.Info{
		Defs:      make(map[*ast.Ident]types.Object),
		Uses:      make(map[*ast.Ident]types.Object),
		Implicits: make(map[ast.Node]types.Object),
	}
	config := types.Config{Importer: s, Error: func(error) {}}
	pkg, _ := config.Check("main", files, []*ast.File{file}, &s.info)
	s.scope = pkg.Scope()

	s.imports = make(map[types.Object]int)
	specs := file.Imports
	if s.parts.Main != nil {
		specs = specs[1:] // package flag
	}
	for i, spec := range specs {
		object := s.info.Implicits[spec]
		if spec.Name != nil {
			object = s.info.Defs[spec.Name]
		}
		if object != nil {
			s.imports[object] = i
		}
	}
	for _, decl := range file.Decls {
		if general, ok := decl.(*ast.GenDecl); !ok || general.Tok != token.IMPORT {
			s.nodes = append(s.nodes, decl)
		}
	}
	s.own()
	return nil
}

// own finds the declarations of each object of the package.
func (s *selector) own() {
	s.owner = make(map[types.Object][]int)
	for i, d := range s.parts.Declarations {
		for _, name := range d.Names {
			base, _, _ := strings.Cut(name, "~") // the type of a method
			if object := s.scope.Lookup(base); object != nil {
				s.owner[object] = append(s.owner[object], i)
			}
		}
	}
}

// walk goes from what must be in the program to all that it uses.
func (s *selector) walk(cell int) *Selection {
	needed := make([]bool, len(s.nodes))
	var next []int
	need := func(i int) {
		if !needed[i] {
			needed[i] = true
			next = append(next, i)
		}
	}
	for i, d := range s.parts.Declarations {
		if d.Cell == cell || d.Kind == Var || d.Kind == Func && strings.HasPrefix(d.Names[0], "init") && strings.Contains(d.Text, "func init()") {
			need(i)
		}
	}
	for i := len(s.parts.Declarations); i < len(s.nodes); i++ {
		need(i) // main
	}
	used := make(map[int]bool)
	dotUsed := make(map[string]bool) // paths of packages of which a name is used
	missing := make(map[string][]string)
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		ast.Inspect(s.nodes[i], func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && !s.resolved(x) && !slices.Contains(missing[x.Name], n.Sel.Name) {
					missing[x.Name] = append(missing[x.Name], n.Sel.Name)
				}
			case *ast.Ident:
				object := s.info.Uses[n]
				if at, ok := s.imports[object]; ok {
					used[at] = true
				}
				for _, i := range s.owner[object] {
					need(i)
				}
				if object != nil && object.Pkg() != nil {
					dotUsed[object.Pkg().Path()] = true
				}
			}
			return true
		})
	}
	selection := &Selection{Missing: missing}
	selection.Main = s.parts.Main
	for i, d := range s.parts.Imports {
		dot := strings.HasPrefix(d.Names[0], ".~")
		if used[i] || dot && dotUsed[d.Path] || strings.HasPrefix(d.Names[0], "_~") {
			selection.Imports = append(selection.Imports, d)
		}
	}
	for i, d := range s.parts.Declarations {
		if needed[i] {
			selection.Declarations = append(selection.Declarations, d)
		}
	}
	return selection
}

// resolved reports whether the checker knows what an identifier stands for.
func (s *selector) resolved(id *ast.Ident) bool {
	return s.info.Uses[id] != nil || s.info.Defs[id] != nil
}
