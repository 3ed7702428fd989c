package resident

import (
	"crypto/sha256"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// ownSource returns a digest of this module's source files that this program was built from, as far as package resident
// depends on them, and of how it was built; "" where they are not on this machine, as for a released binary.
var ownSource = sync.OnceValue(func() string {
	_, file, _, _ := runtime.Caller(0)
	pkg := reflect.TypeFor[Model]().PkgPath()
	module := strings.TrimSuffix(pkg, "/study/resident")
	root := strings.TrimSuffix(filepath.ToSlash(file), "/study/resident/source.go")
	context, settings := buildContext()
	files, err := sourceFiles(context, root, module, pkg)
	if err != nil {
		return ""
	}
	digest, err := digestFiles(root, append(files, "go.mod", "go.sum"))
	if err != nil {
		return ""
	}
	return digest + settings + staleness(root, files)
})

// buildContext returns the build context of this program, and its settings as text.
func buildContext() (context build.Context, settings string) {
	context = build.Default
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return context, runtime.Version()
	}
	settings = info.GoVersion
	for _, s := range info.Settings {
		switch s.Key {
		case "-tags":
			context.BuildTags = strings.Split(s.Value, ",")
		case "CGO_ENABLED":
			context.CgoEnabled = s.Value == "1"
		}
		if s.Key != "-ldflags" && !strings.HasPrefix(s.Key, "vcs") {
			settings += fmt.Sprintf(" %s=%q", s.Key, s.Value)
		}
	}
	return context, settings
}

// sourceFiles returns the files of a module that enter the build of one of its packages: those of the package and of
// all packages of the module that it imports, directly or not, as package go/build selects them. These are Go, C and
// assembly files, headers and embedded files, but no tests. They are relative to root, the module's folder, and sorted.
func sourceFiles(context build.Context, root, module, pkg string) ([]string, error) {
	var files []string
	seen := map[string]bool{pkg: true}
	for next := []string{pkg}; len(next) > 0; {
		dir := strings.TrimPrefix(strings.TrimPrefix(next[0], module), "/")
		next = next[1:]
		p, err := context.ImportDir(filepath.Join(root, filepath.FromSlash(dir)), 0)
		if err != nil {
			return nil, fmt.Errorf("list source files: %w", err)
		}
		for _, list := range [][]string{p.GoFiles, p.CgoFiles, p.CFiles, p.CXXFiles, p.HFiles, p.SFiles, p.SysoFiles} {
			for _, name := range list {
				files = append(files, path.Join(dir, name))
			}
		}
		for _, pattern := range p.EmbedPatterns {
			embedded, err := embeddedFiles(root, dir, pattern)
			if err != nil {
				return nil, fmt.Errorf("list source files: %w", err)
			}
			files = append(files, embedded...)
		}
		for _, path := range p.Imports {
			if (path == module || strings.HasPrefix(path, module+"/")) && !seen[path] {
				seen[path] = true
				next = append(next, path)
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// embeddedFiles returns the files that a pattern of a go:embed directive in a folder matches. A folder stands for the
// files in it, without those whose names begin with . or _ unless the pattern begins with "all:".
func embeddedFiles(root, dir, pattern string) (files []string, err error) {
	folder := os.DirFS(root)
	pattern, all := strings.CutPrefix(pattern, "all:")
	matches, err := fs.Glob(folder, path.Join(dir, pattern))
	if err != nil {
		return nil, err
	}
	for _, match := range matches {
		err := fs.WalkDir(folder, match, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case name != match && !all && strings.ContainsAny(entry.Name()[:1], "._"):
				if entry.IsDir() {
					return fs.SkipDir
				}
			case entry.Type().IsRegular():
				files = append(files, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// digestFiles returns a digest of the names and contents of files.
func digestFiles(root string, files []string) (string, error) {
	sum := sha256.New()
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return "", fmt.Errorf("digest source files: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// staleness returns a text that no other program has if a file was changed after this program was built: its digest
// is not that of the code that runs. It returns "" if none was.
func staleness(root string, files []string) string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	built, err := os.Stat(program)
	if err != nil {
		return ""
	}
	for _, name := range files {
		info, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
		if err == nil && info.ModTime().After(built.ModTime()) {
			return fmt.Sprintf(" built %d as %s", built.ModTime().UnixNano(), program)
		}
	}
	return ""
}
