package wire

import (
	"encoding/binary"
	"fmt"
	"net"
)

// maxFrame is the largest frame of a handshake that is accepted, in bytes. Anyone who can reach a port can announce a frame
// of any size, and the ZeroMQ library, which does the handshake, allocates its memory at once.
const maxFrame = 64 << 10

// greetingSize is the size of the ZMTP greeting, which precedes the first frame, in bytes.
const greetingSize = 64

// guard is a connection during its handshake. It fails as soon as a frame larger than maxFrame is announced.
type guard struct {
	net.Conn
	sizes frameSizes
}

func newGuard(conn net.Conn) *guard {
	return &guard{Conn: conn, sizes: frameSizes{skip: greetingSize}}
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if tooLarge := g.sizes.follow(p[:n]); tooLarge != nil {
		return 0, tooLarge
	}
	return n, err
}

// frameSizes reads the frame sizes of a ZMTP stream.
type frameSizes struct {
	skip   uint64 // bytes before the next frame's header
	header []byte // the part of the next header that was read: flags and size
}

// follow reads the next bytes of the stream. It returns an error if they announce too large a frame.
func (f *frameSizes) follow(p []byte) error {
	for len(p) > 0 {
		if f.skip > 0 {
			n := min(f.skip, uint64(len(p)))
			f.skip -= n
			p = p[n:]
			continue
		}
		f.header = append(f.header, p[0])
		p = p[1:]
		switch {
		case len(f.header) == 2 && f.header[0]&longFlag == 0:
			f.skip = uint64(f.header[1])
		case len(f.header) == 9:
			f.skip = binary.BigEndian.Uint64(f.header[1:])
		default:
			continue
		}
		f.header = f.header[:0]
		if f.skip > maxFrame {
			return fmt.Errorf("frame of %d bytes: at most %d are accepted", f.skip, maxFrame)
		}
	}
	return nil
}
