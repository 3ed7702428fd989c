// Package display shows figures, tables, text and progress from a notebook cell.
//
// It works under this project's kernel and under GoNB. In a plain program it prints text and tables to standard output,
// a figure as its alternative text, and progress as a bar on standard error if that is a terminal. So the same function
// serves a cell and a command.
//
// A cell that displays must flush at its end, or its last outputs may be lost under GoNB:
//
//	%%
//	defer display.Flush()
//	display.Markdown("**Done.**")
//
// All functions may be called from several goroutines.
package display
