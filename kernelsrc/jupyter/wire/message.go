package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Version is the version of the messaging protocol.
const Version = "5.5"

// delimiter separates the identities of a message from its signature.
var delimiter = []byte("<IDS|MSG>")

// Header is the header of a message: its type and its sender.
type Header struct {
	MsgID    string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"` // ISO 8601 with microseconds and zone
	MsgType  string `json:"msg_type"`
	Version  string `json:"version"`
	// SubshellID names the subshell that runs the request; "": the main shell.
	SubshellID string `json:"subshell_id,omitempty"`
}

// NewHeader returns the header of a new message.
func NewHeader(session, msgType string) Header {
	return Header{
		MsgID:    rand.Text(),
		Session:  session,
		Username: "kernel",
		Date:     time.Now().UTC().Format("2006-01-02T15:04:05.000000Z07:00"),
		MsgType:  msgType,
		Version:  Version,
	}
}

// Message is a message of the protocol. Nil Parent, Metadata and Content are sent as empty objects.
type Message struct {
	Identities [][]byte
	Header     Header
	RawHeader  json.RawMessage // Header as received: the Parent of its answers
	Parent     json.RawMessage // RawHeader of the request that this message answers
	Metadata   json.RawMessage
	Content    json.RawMessage
	Buffers    [][]byte
}

// Errors of Open for messages that are well formed and not accepted.
var (
	errSignature = errors.New("wrong signature")
	errRepeated  = errors.New("repeated signature")
)

// maxSignatures is how many signatures a Signer keeps to recognize a repeated message.
const maxSignatures = 1 << 16

// Signer signs messages and checks signatures. With an empty key messages have no signature.
type Signer struct {
	key []byte

	mu   sync.Mutex
	seen map[[sha256.Size]byte]bool // those in ring
	ring [][sha256.Size]byte        // the last signatures
	next int                        // the oldest in ring, once that is full
}

// NewSigner returns a signer with the key of a connection file.
func NewSigner(key string) *Signer {
	return &Signer{key: []byte(key), seen: make(map[[sha256.Size]byte]bool)}
}

// Seal returns the frames of a message.
func (s *Signer) Seal(m Message) ([][]byte, error) {
	header, err := json.Marshal(m.Header)
	if err != nil {
		return nil, fmt.Errorf("seal message: %w", err)
	}
	signed := [][]byte{header, object(m.Parent), object(m.Metadata), object(m.Content)}
	var signature []byte
	if len(s.key) > 0 {
		signature = hex.AppendEncode(nil, s.sum(signed))
	}
	frames := append([][]byte{}, m.Identities...)
	frames = append(frames, delimiter, signature)
	frames = append(frames, signed...)
	return append(frames, m.Buffers...), nil
}

// Open checks and parses the frames of a message.
func (s *Signer) Open(frames [][]byte) (Message, error) {
	at := -1
	for i, frame := range frames {
		if bytes.Equal(frame, delimiter) {
			at = i
			break
		}
	}
	if at < 0 {
		return Message{}, errors.New("open message: no delimiter")
	}
	if len(frames) < at+6 {
		return Message{}, fmt.Errorf("open message: %d frames after the delimiter, want 5", len(frames)-at-1)
	}
	signature, signed := frames[at+1], frames[at+2:at+6]
	if err := s.check(signature, signed); err != nil {
		return Message{}, fmt.Errorf("open message: %w", err)
	}
	m := Message{
		Identities: frames[:at],
		RawHeader:  signed[0],
		Parent:     signed[1],
		Metadata:   signed[2],
		Content:    signed[3],
		Buffers:    frames[at+6:],
	}
	if err := json.Unmarshal(m.RawHeader, &m.Header); err != nil {
		return Message{}, fmt.Errorf("open message: header: %w", err)
	}
	for i, name := range []string{"header", "parent header", "metadata", "content"} {
		if !json.Valid(signed[i]) {
			return Message{}, fmt.Errorf("open message: %s is not JSON", name)
		}
	}
	return m, nil
}

// check returns an error if a signature is wrong or was used before.
func (s *Signer) check(signature []byte, signed [][]byte) error {
	if len(s.key) == 0 {
		return nil
	}
	var got [sha256.Size]byte
	if n, err := hex.Decode(got[:], signature[:min(len(signature), 2*len(got))]); err != nil || n != len(got) {
		return errSignature
	}
	if len(signature) != 2*len(got) || !hmac.Equal(got[:], s.sum(signed)) {
		return errSignature
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[got] {
		return errRepeated
	}
	if len(s.ring) < maxSignatures {
		s.ring = append(s.ring, got)
	} else {
		delete(s.seen, s.ring[s.next])
		s.ring[s.next] = got
	}
	s.seen[got] = true
	s.next = (s.next + 1) % maxSignatures
	return nil
}

func (s *Signer) sum(signed [][]byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	for _, frame := range signed {
		mac.Write(frame)
	}
	return mac.Sum(nil)
}

// object returns raw, or an empty object if raw is empty or null.
func object(raw json.RawMessage) []byte {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return []byte("{}")
	}
	return raw
}
