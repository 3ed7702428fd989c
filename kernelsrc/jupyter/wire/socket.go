package wire

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// Timeouts of a peer. One that does not read for that long is disconnected, so that it cannot block the kernel.
const (
	handshakeTimeout = 5 * time.Second
	writeTimeout     = time.Minute
)

// socket is a bound ZeroMQ socket of type ROUTER, XPUB or REP.
type socket struct {
	kind     zmq4.SocketType
	listener net.Listener
	limit    int           // of a message, in bytes
	unread   *atomic.Int64 // bytes of messages that are being read, of all sockets
	received func(from *peer, frames [][]byte)

	mu     sync.Mutex
	peers  []*peer
	closed bool
}

// peer is one connection of a socket.
type peer struct {
	conn     net.Conn
	identity []byte

	mu     sync.Mutex // one writer at a time
	topics []string   // subscriptions of a peer of an XPUB socket
}

// serve accepts connections until the socket is closed.
func (s *socket) serve() {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // no free file descriptor, for example
			continue
		}
		go s.attend(conn)
	}
}

// attend does the handshake of a new connection and passes on its messages until it ends.
func (s *socket) attend(conn net.Conn) {
	defer conn.Close()
	p, err := s.greet(conn)
	if err != nil || !s.add(p) {
		return // not a ZeroMQ peer, such as a port scan, or a client that gave up
	}
	defer s.remove(p)
	r := newFrameReader(conn, s.limit, s.unread)
	defer r.release()
	for {
		frames, err := r.message(p.obey)
		if err != nil {
			return // a message that is too large too: nobody who knows the key sends it
		}
		s.received(p, frames)
		r.release()
	}
}

// greet does the ZMTP handshake. The library panics on some malformed greetings.
func (s *socket) greet(conn net.Conn) (p *peer, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("malformed greeting: %v", broken)
		}
	}()
	if err := conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return nil, err
	}
	z, err := zmq4.Open(newGuard(conn), null.Security(), s.kind, nil, true, nil)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	identity := z.Peer.Meta["Identity"]
	if identity == "" {
		identity = rand.Text()
	}
	return &peer{conn: conn, identity: []byte(identity)}, nil
}

func (s *socket) add(p *peer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.peers = append(s.peers, p)
	}
	return !s.closed
}

func (s *socket) remove(p *peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers = slices.DeleteFunc(s.peers, func(q *peer) bool { return p == q })
}

// route sends a message to the peer named by its first frame, to the newest one if a client has reconnected. As in every
// ROUTER socket, a message to a peer that is gone is dropped.
func (s *socket) route(frames [][]byte) {
	for _, p := range slices.Backward(s.snapshot()) {
		if bytes.Equal(p.identity, frames[0]) {
			p.send(frames[1:])
			return
		}
	}
}

// publish sends a message to all peers that have subscribed to its topic, which is its first frame. It returns when
// they have received it: a slow peer slows the kernel down, and nothing is lost.
func (s *socket) publish(frames [][]byte) {
	for _, p := range s.snapshot() {
		if p.wants(string(frames[0])) {
			p.send(frames)
		}
	}
}

func (s *socket) snapshot() []*peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.peers)
}

func (s *socket) close() {
	s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, p := range s.peers {
		p.conn.Close()
	}
}

// send writes one message. It disconnects a peer that cannot receive it.
func (p *peer) send(frames [][]byte) { p.write(buffers(frames)) }

// obey answers a command of the peer: PING, by which it asks whether the kernel still lives. Others need no answer.
func (p *peer) obey(command []byte) error {
	name, data, err := splitCommand(command)
	if name == zmq4.CmdPing {
		p.write(pong(data))
	}
	return err
}

// write writes a whole message or command, one at a time: the peer reads one stream.
func (p *peer) write(all net.Buffers) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := all.WriteTo(p.conn); err != nil {
		p.conn.Close()
	}
}

// subscribe handles a subscription message, a byte 1 (subscribe) or 0 (unsubscribe) and a topic, and reports whether it
// adds a topic.
func (p *peer) subscribe(frame []byte) (topic string, added bool) {
	if len(frame) == 0 || frame[0] > 1 {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	topic = string(frame[1:])
	if frame[0] == 1 {
		p.topics = append(p.topics, topic)
		return topic, true
	}
	if at := slices.Index(p.topics, topic); at >= 0 {
		p.topics = slices.Delete(p.topics, at, at+1)
	}
	return topic, false
}

func (p *peer) wants(topic string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.topics, func(t string) bool { return strings.HasPrefix(topic, t) })
}
