// Package wire implements version 5.5 of the Jupyter messaging protocol for a kernel: the connection file, signed
// messages, and the five sockets.
//
//	channel   a socket on which requests arrive and replies leave: shell, control or stdin
//	iopub     the socket on which messages go to all clients that subscribed
//	frame     a part of a ZeroMQ message; a protocol message consists of at least six
//	identity  the frame by which a socket routes a reply to its client
//	peer      one connection of a socket
package wire
