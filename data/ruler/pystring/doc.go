// Package pystring does what Python's str, re and json do to strings where Go differs: white space includes 0x1c
// to 0x1f, lower case is Unicode's full mapping, and json escapes everything but ASCII. Results are those of
// CPython 3.11.
package pystring
