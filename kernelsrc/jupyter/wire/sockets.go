package wire

import (
	"net"
	"slices"
	"sync/atomic"

	"github.com/go-zeromq/zmq4"
)

// Channel is a socket on which requests arrive and replies leave.
type Channel int

// The channels of the protocol.
const (
	Shell Channel = iota
	Control
	Stdin
)

// Handlers are called when a message arrives. Each client has a goroutine for each channel, which calls them one message
// at a time.
type Handlers struct {
	Received   func(on Channel, m Message)  // a message with a valid signature
	Subscribed func(topic string, to Reply) // a new subscription on iopub
}

// Reply sends one message to one client.
type Reply func(m Message) error

// Sockets holds the five bound sockets of a kernel.
type Sockets struct {
	signer    *Signer
	channels  [3]*socket // by Channel
	iopub     *socket
	heartbeat *socket
}

// Listen binds the five sockets and serves them until Close.
func Listen(c Connection, h Handlers) (*Sockets, error) {
	s := &Sockets{signer: NewSigner(c.Key)}
	var unread atomic.Int64
	var listeners []net.Listener
	for _, port := range []int{c.ShellPort, c.ControlPort, c.StdinPort, c.IOPubPort, c.HeartbeatPort} {
		l, err := c.listen(port)
		if err != nil {
			for _, bound := range listeners {
				bound.Close()
			}
			return nil, err
		}
		listeners = append(listeners, l)
	}
	for _, on := range []Channel{Shell, Control, Stdin} {
		s.channels[on] = &socket{kind: zmq4.Router, listener: listeners[on], limit: maxMessage, unread: &unread, received: func(from *peer, frames [][]byte) {
			m, err := s.signer.Open(frames)
			if err != nil {
				return // the protocol forbids an answer: the sender does not know the key
			}
			m.Identities = slices.Insert(slices.Clone(m.Identities), 0, from.identity)
			h.Received(on, m)
		}}
	}
	s.iopub = &socket{kind: zmq4.XPub, listener: listeners[3], limit: maxSmall, unread: &unread, received: func(from *peer, frames [][]byte) {
		if topic, added := from.subscribe(frames[0]); added {
			h.Subscribed(topic, func(m Message) error { return s.seal(m, topic, from.send) })
		}
	}}
	s.heartbeat = &socket{kind: zmq4.Rep, listener: listeners[4], limit: maxSmall, unread: &unread, received: func(from *peer, frames [][]byte) {
		from.send(frames)
	}}
	for _, socket := range s.all() {
		go socket.serve()
	}
	return s, nil
}

// Send sends a message to the client named by its identities.
func (s *Sockets) Send(on Channel, m Message) error {
	frames, err := s.signer.Seal(m)
	if err != nil {
		return err
	}
	s.channels[on].route(frames)
	return nil
}

// Publish sends a message to all clients that have subscribed to iopub.
func (s *Sockets) Publish(topic string, m Message) error {
	return s.seal(m, topic, s.iopub.publish)
}

func (s *Sockets) seal(m Message, topic string, send func(frames [][]byte)) error {
	m.Identities = [][]byte{[]byte(topic)}
	frames, err := s.signer.Seal(m)
	if err != nil {
		return err
	}
	send(frames)
	return nil
}

func (s *Sockets) all() []*socket {
	return append(s.channels[:], s.iopub, s.heartbeat)
}

// Close closes all connections and frees the ports.
func (s *Sockets) Close() {
	for _, socket := range s.all() {
		socket.close()
	}
}
