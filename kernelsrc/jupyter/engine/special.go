package engine

import (
	"context"
	"fmt"
	"html"
	"os"
	"strings"

	"longseq/kernelsrc/jupyter/dialect"
)

// special obeys a special line. An error ends the cell.
func (e *Engine) special(ctx context.Context, c dialect.Command, r *request) error {
	if c.Kind == '!' {
		if line, ok := strings.CutPrefix(c.Text, "*"); ok {
			e.shell(ctx, line, e.folder.path, r.out)
		} else {
			e.shell(ctx, c.Text, e.directory(), r.out)
		}
		return nil
	}
	name, rest, _ := strings.Cut(strings.ReplaceAll(c.Text, "\t", " "), " ")
	words, err := dialect.Words(rest)
	if err != nil {
		return cellError("CommandError", fmt.Sprintf("%%%s: %v", name, err))
	}
	e.building.Lock()
	defer e.building.Unlock()
	e.build.awaitReplay()
	switch name {
	case "env":
		return e.setEnv(words, r.out)
	case "cd":
		return e.changeDir(words, r.out)
	case "autoget", "noautoget":
		e.build.autoget = name == "autoget"
	case "goflags":
		e.goflags(rest, words, r.out)
	case "list", "ls":
		r.out.Display(e.listing())
	case "rm", "remove":
		e.forget(words, r.out)
	case "reset":
		return e.reset(ctx, words)
	case "help":
		r.out.Display(Display{Data: map[string]any{"text/markdown": dialect.Help(), "text/plain": dialect.Help()}})
	case "version":
		text := "longseq kernel " + e.version
		r.out.Display(Display{Data: map[string]any{"text/markdown": text, "text/plain": text}})
	case "exec":
		if len(words) == 0 {
			return cellError("CommandError", "%exec needs the name of a function")
		}
		r.exec, r.args = words[0], words[1:]
	case "test":
		r.test, r.testFlags = true, words
	case "capture":
		return e.capture(words, r)
	case "goworkfix":
		return e.goWorkFix(ctx, r.out)
	case "widgets", "widgets_hb", "wasm", "%gx":
		r.out.Stream("stderr", "%"+name+" does not work in cells of this kernel: nothing of a cell runs in the page\n")
	default:
		r.out.Stream("stderr", fmt.Sprintf("unknown command %%%s; %%help lists those there are\n", name))
	}
	return nil
}

func (e *Engine) setEnv(words []string, out Output) error {
	var name, value string
	switch len(words) {
	case 1:
		var ok bool
		if name, value, ok = strings.Cut(words[0], "="); !ok {
			return cellError("CommandError", "%env needs a name and a value, as in %env NAME=VALUE")
		}
	case 2:
		name, value = words[0], words[1]
	}
	if name == "" || strings.Contains(name, "=") {
		return cellError("CommandError", `%env needs a name and one value; quote a value with blanks, as in %env NAME "two words"`)
	}
	e.setVariable(name, value)
	out.Stream("stdout", fmt.Sprintf("Set: %s=%q\n", name, value))
	return nil
}

func (e *Engine) changeDir(words []string, out Output) error {
	if len(words) > 1 {
		return cellError("CommandError", "%cd takes one directory; quote a name with blanks")
	}
	if len(words) == 1 {
		dir := e.resolve(words[0])
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return cellError("CommandError", fmt.Sprintf("%%cd: no directory %s", dir))
		}
		e.mu.Lock()
		e.dir = dir
		e.mu.Unlock()
		e.setVariable("GONB_DIR", dir)
	}
	out.Stream("stdout", e.directory()+"\n")
	return nil
}

func (e *Engine) goflags(rest string, words []string, out Output) {
	if strings.TrimSpace(rest) == "" {
		out.Stream("stdout", fmt.Sprintf("%%goflags=%q\n", e.build.flags))
		return
	}
	e.build.flags = nil
	for _, word := range words {
		if word != "" {
			e.build.flags = append(e.build.flags, word)
		}
	}
}

// listing returns a display of the remembered declarations.
func (e *Engine) listing() Display {
	var page, text strings.Builder
	for _, section := range []struct {
		kind  dialect.Kind
		title string
	}{{dialect.Import, "Imports"}, {dialect.Const, "Constants"}, {dialect.Type, "Types"}, {dialect.Var, "Variables"}, {dialect.Func, "Functions"}} {
		names := e.declared().Names(section.kind)
		if len(names) == 0 {
			continue
		}
		fmt.Fprintf(&page, "<h4>%s</h4><ul>", section.title)
		fmt.Fprintf(&text, "%s\n", section.title)
		for _, name := range names {
			fmt.Fprintf(&page, "<li><code>%s</code></li>", html.EscapeString(name))
			fmt.Fprintf(&text, "  %s\n", name)
		}
		page.WriteString("</ul>")
	}
	if text.Len() == 0 {
		page.WriteString("<p>Nothing is declared.</p>")
		text.WriteString("Nothing is declared.")
	}
	return Display{Data: map[string]any{"text/html": page.String(), "text/plain": strings.TrimRight(text.String(), "\n")}}
}

func (e *Engine) forget(names []string, out Output) {
	for _, name := range names {
		rest, found := e.declared().Without(name)
		if len(found) == 0 {
			out.Stream("stderr", fmt.Sprintf("%%rm: nothing is declared as %s\n", name))
			continue
		}
		e.remember(rest)
		for _, kind := range found {
			out.Stream("stdout", fmt.Sprintf(". removed %v %s\n", kind, name))
		}
	}
}

// reset makes a fresh go.mod and, unless that is all that was asked for, forgets all declarations.
func (e *Engine) reset(ctx context.Context, words []string) error {
	switch {
	case len(words) == 0:
		e.remember(dialect.Set{})
	case len(words) > 1 || words[0] != "go.mod":
		return cellError("CommandError", "%reset takes no argument, or go.mod")
	}
	return e.build.newModule(ctx)
}
