// Package engine builds and runs the cells of one notebook: it remembers declarations, obeys special
// lines, has programs compiled, and turns what they write and display into outputs.
//
// It knows neither sockets nor files of notebooks: whoever calls Execute gives it an Output.
package engine
