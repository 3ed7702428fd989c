// Package pystring does to strings what Python's str, re and json do where Go differs: white space is
// Unicode's and holds 0x1c to 0x1f, lower case is the full mapping, and json escapes all but ASCII.
package pystring
