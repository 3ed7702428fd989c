package engine

import (
	"context"
	"fmt"
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

// standard reports whether a package is of the standard library.
func (b *builder) standard(path string) bool {
	info, err := os.Stat(filepath.Join(b.root, "src", filepath.FromSlash(path)))
	return path == "unsafe" || err == nil && info.IsDir()
}

// learnNames finds the names of the packages that are imported without an alias, which tell whether
// an import is used. It fetches their modules if that is wanted.
func (b *builder) learnNames(ctx context.Context, declared []*dialect.Declaration) error {
	var unknown []string
	for _, d := range declared {
		if _, known := b.names[d.Path]; known || d.ImportName() != "" {
			continue
		}
		if b.standard(d.Path) {
			b.names[d.Path] = dialect.AssumedName(d.Path)
			continue
		}
		unknown = append(unknown, d.Path)
	}
	unknown, err := b.listNames(ctx, unknown)
	if err != nil || len(unknown) == 0 || !b.autoget {
		return err
	}
	if output, err := b.tool(ctx, append([]string{"go", "get", "--"}, unknown...)...); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &toolError{output}
	}
	_, err = b.listNames(ctx, unknown)
	return err
}

// listNames asks the go command for the names of packages, and returns those it does not find.
func (b *builder) listNames(ctx context.Context, paths []string) (unknown []string, err error) {
	if len(paths) == 0 {
		return nil, nil
	}
	output, err := b.tool(ctx, append([]string{"go", "list", "-find", "-e", "-f", "{{.ImportPath}}\t{{.Name}}", "--"}, paths...)...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	found := make(map[string]string)
	if err == nil {
		for line := range strings.Lines(output) {
			if path, name, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && name != "" {
				found[path] = name
			}
		}
	}
	for _, path := range paths {
		if name := found[path]; name != "" {
			b.names[path] = name
		} else {
			unknown = append(unknown, path)
		}
	}
	return unknown, nil
}

// complete adds the imports of packages that a program uses by name only: of the standard library,
// of required modules, and of what lies in the module cache. What is not found is left to the
// compiler to complain about.
func (b *builder) complete(s *dialect.Selection) error {
	var unknown bool
	need := make(map[string]string) // how a package is used, by its name
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
			b.imported[key] = found[name]
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
