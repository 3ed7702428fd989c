package engine

import (
	"context"
	"errors"
	"go/parser"
	"io"
	"maps"
	"strings"
	"sync"

	"longseq/kernelsrc/jupyter/dialect"
)

// Evaluate returns the value of a Go expression by MIME type: what fmt.Sprint makes of it, and what it displays. It is
// computed in a program of its own with the remembered declarations, which may not change them. The error is a *CellError
// if the expression is wrong or its program failed.
func (e *Engine) Evaluate(ctx context.Context, expression string) (map[string]any, error) {
	data, err := e.evaluate(ctx, expression)
	if ctx.Err() != nil {
		return nil, cellError("Interrupted", "the expression was interrupted")
	}
	return data, err
}

func (e *Engine) evaluate(ctx context.Context, expression string) (map[string]any, error) {
	if _, err := parser.ParseExpr(expression); err != nil {
		return nil, cellError("SyntaxError", "not an expression: "+strings.TrimSpace(expression))
	}
	started := sync.OnceFunc(e.building.Unlock)
	e.building.Lock()
	defer started()
	binary, program, err := e.buildMain(ctx, dialect.ValueMain(expression))
	if err != nil && strings.Contains(err.Error(), "(no value) used as value") {
		binary, program, err = e.buildMain(ctx, dialect.CallMain(expression)) // it displays something
	}
	if err != nil {
		return nil, err
	}
	var out value
	if err := e.runProgram(ctx, program, binary, &request{out: &out}, started); err != nil {
		var failed *CellError
		if errors.As(err, &failed) && out.errors.Len() > 0 {
			failed.Traceback = append(failed.Traceback, strings.Split(strings.TrimRight(out.errors.String(), "\n"), "\n")...)
		}
		return nil, err
	}
	return out.data(), nil
}

// buildMain builds a main with the declarations that it uses.
func (e *Engine) buildMain(ctx context.Context, main *dialect.Body) (binary string, program *dialect.Program, err error) {
	all := e.declared().With(dialect.ValueImports())
	program, imports, err := e.program(ctx, all, main, func(*dialect.Declaration) bool { return false })
	if err == nil {
		binary, err = e.build.binary(ctx, program, imports)
	}
	if err != nil {
		return "", nil, e.explain(program, err)
	}
	return binary, program, nil
}

// value is an output that keeps the value of an expression.
type value struct {
	printed, errors strings.Builder
	displayed       map[string]any
}

// Stream implements Output.
func (v *value) Stream(name, text string) {
	if name == "stdout" {
		v.printed.WriteString(text)
	} else {
		v.errors.WriteString(text)
	}
}

// Display implements Output.
func (v *value) Display(d Display) {
	if v.displayed == nil {
		v.displayed = make(map[string]any)
	}
	maps.Copy(v.displayed, d.Data)
}

// Input implements Output. Nobody is there to answer.
func (v *value) Input(string, bool) (string, error) { return "", io.EOF }

// data returns the value. What was printed before the mark comes from other code of the program.
func (v *value) data() map[string]any {
	data := map[string]any{"text/plain": ""}
	maps.Copy(data, v.displayed)
	if _, text, ok := strings.Cut(v.printed.String(), dialect.ValueMark); ok {
		data["text/plain"] = text
	}
	return data
}
