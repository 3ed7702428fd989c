// Package dialect takes notebook cells apart and puts programs together: special lines, declarations
// that later cells may use, and the main.go in which each line knows the cell it comes from. The
// dialect is GoNB's.
//
// It knows text and syntax only: nothing is built or run here.
package dialect
