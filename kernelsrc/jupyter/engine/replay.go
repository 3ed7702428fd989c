package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// replay is what the last go build did for the package itself: a run of the compiler and one of the
// linker, read from its log (go build -x). The next program needs only these two again, as long as
// modules, flags and local packages are the same, and imports come from the same packages.
type replay struct {
	compile, link []string // argument lists
	digest        string   // of all that it counts on; see state.go
	locals        []string
	packages      map[string]string // paths of import path's export data
}

// errNoReplay says that a log does not show what is needed; then go build is used each time.
var errNoReplay = errors.New("log of go build not understood")

var (
	workLine   = regexp.MustCompile(`(?m)^WORK=(.*)$`)
	heredoc    = regexp.MustCompile(`(?s)cat >(\S+)/b001/(importcfg(?:\.link)?) << 'EOF'[^\n]*\n(.*?)\nEOF\n`)
	actionLine = regexp.MustCompile(`(?m)^(?:([A-Z]\w*='?[^ ]*'?) )*(\S*/(compile|link)) (-o (?:\$WORK|\S+)/b001/.*)$`)
)

// readReplay reads the log of a go build, and puts the files that the two steps need into dir.
func readReplay(log, dir string) (*replay, error) {
	work := workLine.FindStringSubmatch(log)
	if work == nil {
		return nil, errNoReplay
	}
	r := &replay{packages: make(map[string]string)}
	here := strings.NewReplacer(
		"$WORK/b001/_pkg_.a", filepath.Join(dir, "main.a"), work[1]+"/b001/_pkg_.a", filepath.Join(dir, "main.a"),
		"$WORK/b001/importcfg.link", filepath.Join(dir, "importcfg"), "$WORK/b001/importcfg", filepath.Join(dir, "importcfg"),
		"$WORK/b001/exe/a.out", "OUTPUT", "$WORK/b001=>", dir+"/=>")
	config := ""
	for _, match := range heredoc.FindAllStringSubmatch(log, -1) {
		if match[2] == "importcfg.link" {
			config = here.Replace(match[3])
		}
	}
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
		} else {
			r.compile = words
		}
	}
	if config == "" || r.compile == nil || r.link == nil || strings.Contains(strings.Join(append(r.compile, r.link...), " "), "$WORK") {
		return nil, errNoReplay
	}
	for line := range strings.Lines(config) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "packagefile ")
		if path, file, found := strings.Cut(rest, "="); ok && found {
			r.packages[path] = file
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "importcfg"), []byte(config+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write importcfg: %w", err)
	}
	return r, nil
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
	if output, err := b.tool(ctx, r.compile...); err != nil {
		return output, err
	}
	link := slices.Clone(r.link)
	for i := range link {
		if link[i] == "OUTPUT" {
			link[i] = path
		}
	}
	return b.tool(ctx, link...)
}
