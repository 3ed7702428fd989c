// Package notebook puts a study's values before whoever runs it: in a notebook's cell and in a terminal alike.
//
// A cell that shows something begins with defer display.Flush(), as all displaying cells do.
package notebook
