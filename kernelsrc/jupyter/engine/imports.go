package engine

import (
	"context"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/imports"

	"longseq/kernelsrc/jupyter/dialect"
)

// standard reports whether the standard library has a package.
func (b *builder) standard(path string) bool {
	info, err := os.Stat(filepath.Join(b.root, "src", filepath.FromSlash(path)))
	return path == "unsafe" || err == nil && info.IsDir()
}

// lookUpPackages finds the names of imported packages, which decide whether an import is used, and the exported names
// of dot imports. With %autoget it adds their modules to go.mod.
func (b *builder) lookUpPackages(ctx context.Context, declared []*dialect.Declaration) error {
	unknown := make(map[string]*dialect.Declaration)
	for _, d := range declared {
		if d.Path == "C" {
			return &importError{d: d}
		}
		known := b.packages[d.Path]
		if known.Name != "" && (known.Exported != nil || d.ImportName() != ".") {
			continue
		}
		if b.standard(d.Path) {
			b.addPackage(d, dialect.AssumedName(d.Path), filepath.Join(b.root, "src", filepath.FromSlash(d.Path)))
			continue
		}
		unknown[d.Path] = d
	}
	if len(unknown) == 0 {
		return nil
	}
	why, err := b.list(ctx, unknown)
	if err == nil && len(why) > 0 && b.autoget && b.inWorkspace() {
		b.tool(ctx, append([]string{"go", "get", "--"}, slices.Sorted(maps.Keys(why))...)...) // packages that it does not get stay unknown
		why, err = b.list(ctx, unknown)
	}
	if err != nil || len(why) == 0 {
		return err
	}
	path := slices.Sorted(maps.Keys(why))[0]
	first, _, _ := strings.Cut(path, "/")
	return &importError{unknown[path], why[path], b.standard(first)}
}

// addPackage records a package, whose source is in dir.
func (b *builder) addPackage(d *dialect.Declaration, name, dir string) {
	p := dialect.Package{Name: name}
	if d.ImportName() == "." {
		p.Exported = exportedNames(dir)
	}
	b.packages[d.Path] = p
}

// list asks the go command for packages, by path. It records those that it finds, and returns of the others what the
// go command says.
func (b *builder) list(ctx context.Context, unknown map[string]*dialect.Declaration) (why map[string]string, err error) {
	const format = `{{.ImportPath}}{{"\t"}}{{.Name}}{{"\t"}}{{.Dir}}{{"\t"}}{{with .Error}}{{printf "%q" .Err}}{{end}}`
	argv := []string{"go", "list", "-find", "-e", "-f", format}
	if b.addsModules() {
		argv = append(argv, "-mod=mod")
	}
	paths := slices.Sorted(maps.Keys(unknown))
	output, err := b.tool(ctx, append(append(argv, "--"), paths...)...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	why = make(map[string]string)
	for _, path := range paths {
		why[path] = output // if it fails as a whole
	}
	if err != nil {
		return why, nil
	}
	for line := range strings.Lines(output) {
		words := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(words) != 4 || unknown[words[0]] == nil {
			continue // progress, such as a download
		}
		if words[1] != "" {
			b.addPackage(unknown[words[0]], words[1], words[2])
			delete(why, words[0])
			continue
		}
		if text, err := strconv.Unquote(words[3]); err == nil {
			why[words[0]] = text
		}
	}
	return why, nil
}

// exportedNames returns the exported names of the package in a folder. If the folder cannot be read, it returns none;
// the compiler will report why.
func exportedNames(dir string) []string {
	names := []string{}
	p, err := build.ImportDir(dir, 0)
	if err != nil {
		return names
	}
	for _, name := range append(p.GoFiles, p.CgoFiles...) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, decl := range file.Decls {
			names = append(names, exportedBy(decl)...)
		}
	}
	return names
}

// exportedBy returns the exported names of a declaration.
func exportedBy(decl ast.Decl) (names []string) {
	add := func(id *ast.Ident) {
		if id.IsExported() {
			names = append(names, id.Name)
		}
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			add(decl.Name)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				add(spec.Name)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					add(id)
				}
			}
		}
	}
	return names
}

// importError says that an imported package does not exist or cannot be fetched.
type importError struct {
	d   *dialect.Declaration
	why string // what the go command says
	std bool   // the standard library has a folder of the path's first element
}

func (e *importError) Error() string {
	first, _, _ := strings.Cut(e.d.Path, "/")
	switch {
	case e.d.Path == "C":
		return "cgo does not work in cells: put this into a package, and import that"
	case e.std:
		return fmt.Sprintf("the standard library has no package %q", e.d.Path)
	case !strings.Contains(first, "."):
		return fmt.Sprintf("no package %q in the standard library or in go.mod; add its module in a cell: !*go mod edit -require=%s@v0.0.0 -replace=%s=/ITS/FOLDER", e.d.Path, first, first)
	case strings.Contains(e.why, "no required module provides"):
		return fmt.Sprintf("no module in go.mod has package %q; add it in a cell: !*go get %s", e.d.Path, e.d.Path)
	}
	return fmt.Sprintf("no module in go.mod has package %q, and it cannot be fetched; add its module in a cell: !*go get MODULE@VERSION, or !*go mod edit -replace=MODULE=/ITS/FOLDER", e.d.Path)
}

// complete adds imports for the packages that a program uses without importing them, as goimports does: packages of the
// standard library, of required modules and of the module cache. The compiler reports those that are not found.
func (b *builder) complete(s *dialect.Selection) error {
	var unknown bool
	need := make(map[string]string) // key of b.imported, by package name
	for name, used := range s.Missing {
		slices.Sort(used)
		need[name] = name + "." + strings.Join(used, ",")
		if _, known := b.imported[need[name]]; !known {
			unknown = true
		}
	}
	if unknown {
		found, err := findImports(b.dir, dialect.Write(s.Parts).Source)
		if err != nil {
			return err
		}
		for name, key := range need {
			if path := found[name]; path != "" {
				b.imported[key] = path
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(need)) {
		path := b.imported[need[name]]
		if path == "" {
			continue
		}
		s.Imports = append(s.Imports, &dialect.Declaration{
			Kind: dialect.Import, Names: []string{name}, Path: path,
			Text: fmt.Sprintf("import %s %q", name, path),
		})
	}
	return nil
}

// findImports returns the paths that goimports adds to a program, by the name of the package.
func findImports(dir, source string) (map[string]string, error) {
	options := &imports.Options{Comments: true, TabIndent: true, TabWidth: 8}
	fixed, err := imports.Process(filepath.Join(dir, "main.go"), []byte(source), options)
	if err != nil {
		return nil, fmt.Errorf("find imports: %w", err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", fixed, parser.ImportsOnly)
	if err != nil {
		return nil, fmt.Errorf("find imports: %w", err)
	}
	found := make(map[string]string)
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("find imports: %w", err)
		}
		name := dialect.AssumedName(path)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		found[name] = path
	}
	return found, nil
}
