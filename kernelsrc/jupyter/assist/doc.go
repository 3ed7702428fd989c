// Package assist completes and explains the code of a cell while it is typed. What it says comes from
// the types and the comments of the remembered declarations and of the packages they import: no language
// server and no other tool has to be installed.
package assist
