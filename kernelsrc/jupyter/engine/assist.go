package engine

import (
	"context"
	"strings"
	"time"

	"longseq/kernelsrc/jupyter/assist"
	"longseq/kernelsrc/jupyter/dialect"
)

// assistTimeout is how long a completion or inspection may take. Packages that were compiled until then stay compiled,
// so that the next attempt gets further.
const assistTimeout = 10 * time.Second

// newAssistant returns an assistant that uses the builder's module.
func newAssistant(b *builder) *assist.Assistant {
	return assist.New(assist.Options{
		Root: b.root,
		Go: func(ctx context.Context, argv ...string) (string, error) {
			// Completing a word must not ask the network.
			return b.toolWith(ctx, []string{"GOPROXY=off", "GOFLAGS=-mod=readonly"}, argv...)
		},
		Builds: func() int { return int(b.builds.Load()) },
	})
}

// Complete returns the completions of the word that ends at a byte offset in the source of a cell. It may be called
// while a cell runs.
func (e *Engine) Complete(ctx context.Context, source string, cursor int) assist.Completion {
	begin := strings.LastIndexByte(source[:cursor], '\n') + 1
	if line := source[begin:cursor]; strings.HasPrefix(line, "%") && !strings.ContainsAny(line, " \t") {
		c := assist.Completion{Start: begin, End: cursor}
		for _, name := range dialect.CommandNames() {
			if strings.HasPrefix(name, line) {
				c.Matches = append(c.Matches, assist.Match{Text: name, Kind: "keyword"})
			}
		}
		return c
	}
	ctx, cancel := context.WithTimeout(ctx, assistTimeout)
	defer cancel()
	return e.assistant.Complete(ctx, e.declared(), source, cursor)
}

// Inspect explains the word at a byte offset in the source of a cell. If all is set, it shows the bodies of functions
// too. It may be called while a cell runs.
func (e *Engine) Inspect(ctx context.Context, source string, cursor int, all bool) (markdown, text string, found bool) {
	begin := strings.LastIndexByte(source[:cursor], '\n') + 1
	if strings.HasPrefix(source[begin:], "%") {
		return dialect.Help(), dialect.Help(), true
	}
	ctx, cancel := context.WithTimeout(ctx, assistTimeout)
	defer cancel()
	explained, found := e.assistant.Inspect(ctx, e.declared(), source, cursor, all)
	return explained.Markdown(), explained.Text(), found
}
