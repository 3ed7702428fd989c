package display

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// Figure shows a figure as SVG and as PNG, either of which may be nil. Pages show the SVG, viewers that remove SVG show
// the PNG. alt is the alternative text, which says in words what the figure shows.
func Figure(svg, png []byte, alt string) { show("", figureData(svg, png, alt)) }

// Markdown shows Markdown text.
func Markdown(text string) { show("", markdownData(text)) }

// HTML shows HTML, or text where HTML cannot be shown. Exporters do not run scripts in it.
func HTML(html, text string) { show("", htmlData(html, text)) }

// Table shows a table as HTML, or as text where HTML cannot be shown.
func Table(html, text string) { show("", htmlData(html, text)) }

func figureData(svg, png []byte, alt string) map[string]any {
	data := map[string]any{"text/plain": alt}
	if len(svg) > 0 {
		data["image/svg+xml"] = string(svg)
	}
	if len(png) > 0 {
		data["image/png"] = png
	}
	return data
}

func markdownData(text string) map[string]any {
	return map[string]any{"text/markdown": text, "text/plain": text}
}

func htmlData(html, text string) map[string]any {
	return map[string]any{"text/html": html, "text/plain": strings.TrimRight(text, "\n")}
}

// Flush returns when everything shown so far has arrived. It must be called at the end of main, and before a program
// exits in another way.
func Flush() {
	flushProgress()
	if InNotebook() {
		kernel().flush()
		return
	}
	plain.flush()
}

// Fatal prints the error as one line on standard error, flushes, and exits with status 1. It does nothing if the error
// is nil.
func Fatal(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	Flush()
	os.Exit(1)
}

// stdin is shared by all inputs, because it reads ahead.
var stdin = sync.OnceValue(func() *bufio.Reader { return bufio.NewReader(os.Stdin) })

// Input asks the user for a line and returns it without its end. If nobody can answer, as in a notebook that is run from
// the command line, it returns io.EOF.
func Input(prompt string) (string, error) {
	if InNotebook() {
		request := protocol.InputRequest{Prompt: prompt}
		kernel().send(protocol.Display{Data: map[string]any{protocol.InputRequestKey: request}})
	} else {
		fmt.Fprint(os.Stderr, prompt)
	}
	line, err := stdin().ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}
