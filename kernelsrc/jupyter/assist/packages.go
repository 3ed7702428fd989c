package assist

import (
	"context"
	"errors"
	"go/build"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"longseq/kernelsrc/jupyter/dialect"
)

// Options connect an assistant with the engine.
type Options struct {
	Root   string                                                    // GOROOT
	Go     func(ctx context.Context, argv ...string) (string, error) // runs a go command in the build folder
	Builds func() int                                                // number of builds; packages may change with each
}

// Assistant completes and explains the code of cells. It keeps the packages that it has read. Its methods may be called
// by several goroutines.
type Assistant struct {
	opts Options

	mu       sync.Mutex
	builds   int
	files    *token.FileSet
	compiled map[string]compiled // by import path
	reader   types.Importer      // of compiled packages
	standard map[string]string   // import paths of the standard library, by package name
}

// compiled is a package that was compiled. The zero value is one that does not compile.
type compiled struct {
	file string // export data
	dir  string // folder of its source
}

// New returns an assistant.
func New(opts Options) *Assistant { return &Assistant{opts: opts, builds: -1} }

// refresh forgets the packages after a build, since they may have changed; a.mu is held.
func (a *Assistant) refresh() {
	if a.standard == nil {
		a.standard = standardPackages(filepath.Join(a.opts.Root, "src"))
	}
	if builds := a.opts.Builds(); builds != a.builds {
		a.builds = builds
		a.files = token.NewFileSet()
		a.compiled = make(map[string]compiled)
		a.reader = importer.ForCompiler(a.files, "gc", a.open)
	}
}

// open opens the export data of a package.
func (a *Assistant) open(path string) (io.ReadCloser, error) {
	file := a.compiled[path].file
	if file == "" {
		return nil, errors.New("not compiled: " + path)
	}
	return os.Open(file)
}

// load compiles packages that have not been compiled yet.
func (a *Assistant) load(ctx context.Context, paths []string) {
	var unknown []string
	for _, path := range paths {
		if _, known := a.compiled[path]; !known && path != "unsafe" && path != "C" {
			unknown = append(unknown, path)
		}
	}
	if len(unknown) == 0 {
		return
	}
	argv := []string{"go", "list", "-export", "-e", "-f", `{{.ImportPath}}{{"\t"}}{{.Export}}{{"\t"}}{{.Dir}}`, "--"}
	output, err := a.opts.Go(ctx, append(argv, unknown...)...)
	if err != nil && ctx.Err() != nil {
		return // tried again next time
	}
	for _, path := range unknown {
		a.compiled[path] = compiled{}
	}
	for line := range strings.Lines(output) {
		if words := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(words) == 3 && slices.Contains(unknown, words[0]) {
			a.compiled[words[0]] = compiled{words[1], words[2]}
		}
	}
}

// Import implements types.Importer. It returns an empty package for one that cannot be read.
func (a *Assistant) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p, err := a.reader.Import(path)
	if err != nil {
		p = types.NewPackage(path, dialect.AssumedName(path))
		p.MarkComplete()
	}
	return p, nil
}

// dir returns the source folder of a package.
func (a *Assistant) dir(path string) string {
	if dir := a.compiled[path].dir; dir != "" {
		return dir
	}
	return filepath.Join(a.opts.Root, "src", filepath.FromSlash(path))
}

// standardPackages returns the import paths of the standard library, by package name. Of several packages with the same
// name it takes the one with the shortest path.
func standardPackages(src string) map[string]string {
	found := make(map[string]string)
	filepath.WalkDir(src, func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || dir == src {
			return nil
		}
		switch entry.Name() {
		case "internal", "vendor", "testdata", "cmd", "builtin":
			return filepath.SkipDir
		}
		path, err := filepath.Rel(src, dir)
		if err != nil {
			return nil
		}
		if _, err := build.ImportDir(dir, build.ImportComment); err != nil {
			return nil // no package, only subfolders
		}
		path = filepath.ToSlash(path)
		name := dialect.AssumedName(path)
		if old := found[name]; old == "" || len(path) < len(old) {
			found[name] = path
		}
		return nil
	})
	return found
}
