// Package jupyter is a Jupyter kernel for notebooks in Go, in the dialect of GoNB: a notebook runs
// unmodified under either.
//
// A cell is compiled, together with what earlier cells declared, into a program of its own and run:
// code survives from cell to cell, values do not. The words used here and in the packages below:
//
//	cell         what the user runs at once: special lines (!, %) and Go
//	declaration  a Go import, type, constant, variable or function that later cells may use
//	program      the main.go made of all declarations and the cell's main
//	build folder a private temporary folder with go.mod and main.go
//	request      a message of a Jupyter client; each is answered between a busy and an idle status
//
// Rooms: wire speaks the protocol (messages, signatures, sockets); dialect takes cells apart and
// puts programs together; engine builds and runs them; nbformat reads and writes notebook files;
// display is what a cell's own code calls to show figures, tables and progress.
//
// The kernel needs Linux or macOS, a Go tool chain and /bin/sh.
package jupyter
