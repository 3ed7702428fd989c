// Package wire speaks the Jupyter messaging protocol 5.4 from the kernel's side: the connection
// file, signed messages, and the five sockets.
package wire
