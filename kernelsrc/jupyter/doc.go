// Package jupyter is a Jupyter kernel for notebooks in Go. It runs the notebooks of GoNB, another such kernel,
// unchanged, and its own notebooks run under GoNB.
//
// A cell is compiled together with the declarations of earlier cells into a program of its own, and run. Declarations
// survive from cell to cell, values do not. Terms of this package and of those below it:
//
//	cell         what the user runs at once: special lines and Go
//	special line a line that begins with % (a command of the kernel) or ! (a shell command)
//	declaration  a Go import, type, constant, variable or function that later cells may use
//	program      the main.go made of the declarations and of the cell's main function
//	build folder a private temporary folder with go.mod and main.go
//	request      a message of a Jupyter client; its answer comes between a busy and an idle status
//	iopub        the socket on which outputs and statuses go to all clients
//	display id   the name of an output that later outputs of the same name replace
//
// Package wire implements the messaging protocol (messages, signatures, sockets), dialect parses cells and writes
// programs, engine builds and runs them, assist completes and explains code, nbformat reads and writes notebook files,
// and display is what a cell calls to show figures, tables and progress.
//
// The kernel needs Linux or macOS, a Go tool chain, /bin/sh and, for shell commands, /bin/bash.
package jupyter
