package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// replay holds the two commands that the last go build ran for package main, compiler and linker, as its log (go build
// -x) shows them. Running them again builds the next program without the go command, as long as modules, flags and
// local packages are the same and the program imports only packages that are compiled already.
type replay struct {
	dir           string   // folder of its files
	compile, link []string // command lines
	goroot        string
	digest        string            // state in which it is valid; see builder.state
	locals        []string          // folders of local packages, which may change
	packages      map[string]string // files of compiled packages, by import path
	rest          string            // further lines of the linker's configuration
	moved         bool              // some packages are missing: go build has moved them to its cache
}

// errNoReplay says that the log lacks what a replay needs. Then every build uses go build.
var errNoReplay = errors.New("log of go build not understood")

var (
	workLine   = regexp.MustCompile(`(?m)^WORK=(.*)$`)
	linkConfig = regexp.MustCompile(`(?s)cat >\S+/b001/importcfg\.link << 'EOF'[^\n]*\n(.*?)\nEOF\n`)
	actionLine = regexp.MustCompile(`(?m)^((?:[A-Z]\w*=\S* )*)(\S*/(compile|link)) (-o (?:\$WORK|\S+)/b001/.*)$`)
	rootSet    = regexp.MustCompile(`\bGOROOT='?([^' ]*)`)
)

// readReplay reads the log of a go build. The commands that it returns use files in dir.
func readReplay(log, dir string) (*replay, error) {
	work := workLine.FindStringSubmatch(log)
	config := linkConfig.FindStringSubmatch(log)
	if work == nil || config == nil {
		return nil, errNoReplay
	}
	r := &replay{dir: dir, packages: make(map[string]string)}
	here := strings.NewReplacer(
		"$WORK/b001/_pkg_.a", filepath.Join(dir, "main.a"), work[1]+"/b001/_pkg_.a", filepath.Join(dir, "main.a"),
		"$WORK/b001/importcfg", filepath.Join(dir, "importcfg"),
		"$WORK/b001/exe/a.out", "OUTPUT", "$WORK/b001=>", dir+"/=>")
	for _, match := range actionLine.FindAllStringSubmatch(log, -1) {
		words, err := logWords(match[2] + " " + match[4])
		if err != nil {
			return nil, err
		}
		for i := range words {
			words[i] = here.Replace(words[i])
		}
		if match[3] == "link" {
			r.link = words
			if root := rootSet.FindStringSubmatch(match[1]); root != nil {
				r.goroot = root[1]
			}
		} else {
			r.compile = words
		}
	}
	if r.compile == nil || r.link == nil || strings.Contains(strings.Join(append(r.compile, r.link...), " "), "$WORK") {
		return nil, errNoReplay
	}
	for line := range strings.Lines(here.Replace(config[1])) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "packagefile ")
		if path, file, found := strings.Cut(rest, "="); ok && found {
			if strings.HasPrefix(file, work[1]) || strings.HasPrefix(file, "$WORK") {
				r.moved = true // compiled just now, in a folder that go build has removed
				continue
			}
			r.packages[path] = file
		} else {
			r.rest += line
		}
	}
	return r, nil
}

// adopt adds the packages of an earlier build that this one did not use, so that the replay also serves cells with
// those imports.
func (r *replay) adopt(old *replay) {
	for path, file := range old.packages {
		if r.packages[path] == "" {
			r.packages[path] = file
		}
	}
	r.locals = slices.Compact(slices.Sorted(slices.Values(append(r.locals, old.locals...))))
}

// write writes the files that tell the compiler and the linker where the compiled packages are.
func (r *replay) write() error {
	var packages strings.Builder
	for _, path := range slices.Sorted(maps.Keys(r.packages)) {
		fmt.Fprintf(&packages, "packagefile %s=%s\n", path, r.packages[path])
	}
	for name, text := range map[string]string{"importcfg": packages.String(), "importcfg.link": packages.String() + r.rest + "\n"} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("write importcfg: %w", err)
		}
	}
	return nil
}

// logWords splits a command line of the log, undoing the quoting of go build.
func logWords(line string) ([]string, error) {
	var words []string
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		switch line[0] {
		case '"':
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, errNoReplay
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, errNoReplay
			}
			words, line = append(words, word), line[len(quoted):]
		case '\'':
			word, rest, ok := strings.Cut(line[1:], "'")
			if !ok {
				return nil, errNoReplay
			}
			words, line = append(words, word), rest
		default:
			word, rest, _ := strings.Cut(line, " ")
			words, line = append(words, word), rest
		}
	}
	return words, nil
}

// serves reports whether the replay can build a program with these imports. It may be called on nil.
func (r *replay) serves(b *builder, imports []string) bool {
	if r == nil {
		return false
	}
	for _, path := range imports {
		if path == "unsafe" {
			continue
		}
		parts := strings.Split(path, "/")
		if r.packages[path] == "" || slices.Contains(parts, "internal") || slices.Contains(parts, "vendor") {
			return false
		}
	}
	return r.digest == b.state(r.locals)
}

// run compiles and links the program in the build folder.
func (r *replay) run(ctx context.Context, b *builder, path string) (string, error) {
	env := []string{"GOROOT=" + r.goroot}
	if output, err := b.toolWith(ctx, env, r.compile...); err != nil {
		return output, err
	}
	link := slices.Clone(r.link)
	for i := range link {
		if link[i] == "OUTPUT" {
			link[i] = path
		}
	}
	return b.toolWith(ctx, append(env, "GOGC=off"), link...) // the linker needs its memory to the end: collecting is in vain
}
