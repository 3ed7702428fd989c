// Package engine builds and runs the cells of one notebook. It remembers declarations, obeys special lines, builds
// programs, runs them, and turns what they write and display into outputs.
//
// Terms, beside those of package jupyter:
//
//	output    receives the text, displays and input requests of a cell; whoever calls Execute implements it
//	pump      reads what a process writes, and passes it to the output in batches
//	pipes     the two named pipes through which a program displays; see display/protocol
//	guardian  a shell beside the kernel that ends its child processes when the kernel is killed
//	replay    a build that repeats the compiler and linker commands of the last go build, without the go command
//	trace     what the Go runtime writes about a panic or fatal error
//
// The package knows neither sockets nor notebook files.
package engine
