// Package dialect parses notebook cells and writes programs, in the dialect of GoNB.
//
//	special line  a line that begins with % or !, anywhere in a cell
//	main          what follows the line %%, or the cell's own func main; it is not remembered
//	key           the name of a declaration: a later one of the same key replaces it
//	origin        the cell and line that a line of a program comes from
//	selection     the declarations that a program needs
//
// The package works on source text: it builds and runs nothing.
package dialect
