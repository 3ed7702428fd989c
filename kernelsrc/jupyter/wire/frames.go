package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

// Limits of what is read before a signature is checked, in bytes: anyone who can reach a port can send it.
const (
	maxMessage = 64 << 20  // of a message with all its frames on shell, control and stdin
	maxSmall   = 1 << 20   // of a message on the other sockets, which carry a topic or an echo
	maxUnread  = 256 << 20 // of all messages that are being read, apart from the first maxSmall bytes of each
	frameCost  = 64        // of keeping a frame, however short
	firstRead  = 64 << 10  // of the memory taken for a frame before any of it has arrived
)

// Flags of a ZMTP frame.
const (
	moreFlag    = 1 // the message has more frames
	longFlag    = 2 // the size has 8 bytes instead of one
	commandFlag = 4 // the frame is a command, not a part of a message
)

// errTooMuch says that all peers together have sent more than maxUnread.
var errTooMuch = fmt.Errorf("more than %d bytes are being read", int64(maxUnread))

// frameReader reads the frames of a ZMTP stream that has passed the handshake. Memory is taken as bytes arrive, never for
// a size that is only announced.
type frameReader struct {
	in     *bufio.Reader
	limit  int           // of a message, in bytes
	unread *atomic.Int64 // bytes of all messages that are being read, of all peers

	size int // of the message so far
	held int // bytes of unread that are this message's
}

func newFrameReader(from io.Reader, limit int, unread *atomic.Int64) *frameReader {
	return &frameReader{in: bufio.NewReader(from), limit: limit, unread: unread}
}

// message returns the frames of the next message. It passes commands, which may stand between frames, to obey. After an
// error the stream cannot be read further.
func (r *frameReader) message(obey func(command []byte) error) (frames [][]byte, err error) {
	for {
		flags, body, err := r.frame()
		if err != nil {
			return nil, err
		}
		if flags&commandFlag != 0 {
			if err := obey(body); err != nil {
				return nil, err
			}
			continue
		}
		if frames = append(frames, body); flags&moreFlag == 0 {
			return frames, nil
		}
	}
}

// release says that the last message needs no memory any more.
func (r *frameReader) release() {
	r.unread.Add(-int64(r.held))
	r.size, r.held = 0, 0
}

func (r *frameReader) frame() (flags byte, body []byte, err error) {
	var header [9]byte
	if _, err := io.ReadFull(r.in, header[:2]); err != nil {
		return 0, nil, err
	}
	flags = header[0]
	size := uint64(header[1])
	if flags&longFlag != 0 {
		if _, err := io.ReadFull(r.in, header[2:]); err != nil {
			return 0, nil, err
		}
		size = binary.BigEndian.Uint64(header[1:])
	}
	if size > uint64(r.limit) {
		return 0, nil, r.tooLarge()
	}
	if err := r.take(frameCost); err != nil {
		return 0, nil, err
	}
	for left := int(size); left > 0; {
		part := min(left, max(firstRead, len(body)))
		if err := r.take(part); err != nil {
			return 0, nil, err
		}
		from := len(body)
		body = append(body, make([]byte, part)...)
		if _, err := io.ReadFull(r.in, body[from:]); err != nil {
			return 0, nil, err
		}
		left -= part
	}
	return flags, body, nil
}

// take counts bytes of the message, before they are read.
func (r *frameReader) take(n int) error {
	if r.size += n; r.size > r.limit {
		return r.tooLarge()
	}
	if over := r.size - maxSmall - r.held; over > 0 {
		r.held += over
		if r.unread.Add(int64(over)) > maxUnread {
			return errTooMuch
		}
	}
	return nil
}

func (r *frameReader) tooLarge() error {
	return fmt.Errorf("message of more than %d bytes", r.limit)
}

// buffers returns what is written for a message.
func buffers(frames [][]byte) net.Buffers {
	var all net.Buffers
	for i, frame := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = moreFlag
		}
		all = append(all, frameHeader(flags, len(frame)), frame)
	}
	return all
}

// frameHeader returns the flags and the size of a frame.
func frameHeader(flags byte, size int) []byte {
	if size < 256 {
		return []byte{flags, byte(size)}
	}
	return binary.BigEndian.AppendUint64([]byte{flags | longFlag}, uint64(size))
}

// errCommand says that a command has no name.
var errCommand = errors.New("malformed command")

// splitCommand returns the name and the data of a command.
func splitCommand(command []byte) (name string, data []byte, err error) {
	if len(command) == 0 || len(command) <= int(command[0]) {
		return "", nil, errCommand
	}
	end := 1 + int(command[0])
	return string(command[1:end]), command[end:], nil
}

// pong returns the answer to a command PING, whose data are a time to live of two bytes and up to 16 bytes to send back.
func pong(data []byte) net.Buffers {
	body := []byte("\x04PONG")
	if len(data) > 2 {
		body = append(body, data[2:min(len(data), 18)]...)
	}
	return net.Buffers{frameHeader(commandFlag, len(body)), body}
}
