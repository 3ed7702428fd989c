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

// Selection holds the declarations that a program needs.
type Selection struct {
	Parts
	// Missing holds the packages that the program uses without importing them, by name, and the names used of each.
	Missing map[string][]string
}

// Package holds what Select needs to know of an imported package.
type Package struct {
	Name     string   // the name in its package clause
	Exported []string // its exported names, needed only for a dot import
}

// Select returns the declarations that the program of a cell needs: those that root accepts, such as the cell's own, all
// variables and init functions, because their code runs in every program, whatever any of these or main uses, and the
// imports for all of them. packages holds the known packages, by path.
func Select(all Set, main *Body, root func(*Declaration) bool, packages map[string]Package) (*Selection, error) {
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
	return s.walk(root), nil
}

// selector finds which declaration uses which, by type-checking. To the checker, imported packages are empty or hold
// names only, so that none is loaded; the errors that follow are ignored.
type selector struct {
	parts    Parts
	packages map[string]Package

	info    types.Info
	scope   *types.Scope
	nodes   []ast.Decl             // of parts.Declarations, then of main
	imports map[types.Object]int   // index in parts.Imports
	owner   map[types.Object][]int // indices in nodes; those of a type include its methods
}

// Import implements types.Importer. The package has names only.
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

// check parses and type-checks the program of all parts.
func (s *selector) check() error {
	files := token.NewFileSet()
	program := Write(s.parts)
	file, err := parser.ParseFile(files, "main.go", program.Source, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("write program: %w", err)
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
	s.nodes = declared(file)
	s.own()
	return nil
}

// own sets owner: the declarations of each object of the package.
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

// walk collects what must be in the program and everything that it uses.
func (s *selector) walk(root func(*Declaration) bool) *Selection {
	needed := make([]bool, len(s.nodes))
	var next []int
	need := func(i int) {
		if !needed[i] {
			needed[i] = true
			next = append(next, i)
		}
	}
	for i, d := range s.parts.Declarations {
		if root(d) || d.Kind == Var || d.Kind == Func && strings.HasPrefix(d.Names[0], "init") && strings.Contains(d.Text, "func init()") {
			need(i)
		}
	}
	for i := len(s.parts.Declarations); i < len(s.nodes); i++ {
		need(i) // main
	}
	used := make(map[int]bool)
	dotUsed := make(map[string]bool) // paths of packages whose names are used
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

// resolved reports whether the checker has found what an identifier denotes.
func (s *selector) resolved(id *ast.Ident) bool {
	return s.info.Uses[id] != nil || s.info.Defs[id] != nil
}
