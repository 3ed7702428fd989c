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

// replay is what the last go build did for the package itself: a run of the compiler and one of the
// linker, read from its log (go build -x). The next program needs only these two again, as long as
// modules, flags and local packages are the same, and imports come from packages that are known.
type replay struct {
	dir           string   // where its files lie
	compile, link []string // argument lists
	goroot        string
	digest        string            // of all that it counts on; see state.go
	locals        []string          // folders of packages that may change
	packages      map[string]string // files of compiled packages by import path
	rest          string            // lines for the linker only
	moved         bool              // packages are missing that lie in Go's cache by now
}

// errNoReplay says that a log does not show what is needed; then go build is used each time.
var errNoReplay = errors.New("log of go build not understood")

var (
	workLine   = regexp.MustCompile(`(?m)^WORK=(.*)$`)
	linkConfig = regexp.MustCompile(`(?s)cat >\S+/b001/importcfg\.link << 'EOF'[^\n]*\n(.*?)\nEOF\n`)
	actionLine = regexp.MustCompile(`(?m)^((?:[A-Z]\w*=\S* )*)(\S*/(compile|link)) (-o (?:\$WORK|\S+)/b001/.*)$`)
	rootSet    = regexp.MustCompile(`\bGOROOT='?([^' ]*)`)
)

// readReplay reads the log of a go build; the two steps will have their files in dir.
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
				r.moved = true // compiled just now, in a folder that is gone; it is in Go's cache
				continue
			}
			r.packages[path] = file
		} else {
			r.rest += line
		}
	}
	return r, nil
}

// adopt takes over the packages that an earlier build used and this one did not, so that cells with
// different imports can take turns.
func (r *replay) adopt(old *replay) {
	for path, file := range old.packages {
		if r.packages[path] == "" {
			r.packages[path] = file
		}
	}
	r.locals = slices.Compact(slices.Sorted(slices.Values(append(r.locals, old.locals...))))
}

// write writes the files that say where the packages are; the compiler takes no other lines.
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

// logWords splits a line of the log as go build has put it together.
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

// serves reports whether the replay holds for a program with these imports.
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
	return b.toolWith(ctx, append(env, "GOGC=off"), link...) // it would collect what it needs to its end
}
