// Package assist completes and explains the code of a cell while it is typed. It uses the types and doc comments of the
// remembered declarations and of the packages that they import, and needs no language server.
//
//	draft    a cell that is being typed, with the word that is completed or explained
//	reading  a way to turn a draft into a Go file: as it is, as the body of main, or one line of it
//	view     a reading that was parsed and type-checked together with the remembered declarations
package assist
