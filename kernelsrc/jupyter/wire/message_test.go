package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sealed returns the frames of a message.
func sealed(t testing.TB, s *Signer, m Message) [][]byte {
	t.Helper()
	frames, err := s.Seal(m)
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func TestWhatIsSealedOpens(t *testing.T) {
	for _, key := range []string{"secret", ""} {
		s := NewSigner(key)
		m := Message{
			Identities: [][]byte{[]byte("a"), []byte("b")},
			Header:     NewHeader("session", "execute_request"),
			Content:    json.RawMessage(`{"code":"%%"}`),
			Buffers:    [][]byte{{1}, {}},
		}
		got, err := NewSigner(key).Open(sealed(t, s, m))
		if err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(got.Identities, m.Identities) || got.Header != m.Header || !bytes.Equal(got.Content, m.Content) || !cmp.Equal(got.Buffers, m.Buffers) {
			t.Errorf("key %q: got %+v, want %+v", key, got, m)
		}
		if string(got.Parent) != "{}" || string(got.Metadata) != "{}" {
			t.Errorf("key %q: nothing is sent as %s and %s, want empty objects", key, got.Parent, got.Metadata)
		}
	}
}

func TestForgedAndRepeatedMessagesAreRefused(t *testing.T) {
	s := NewSigner("secret")
	frames := sealed(t, s, Message{Header: NewHeader("session", "shutdown_request")})
	if _, err := s.Open(frames); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(frames); !errors.Is(err, errRepeated) {
		t.Errorf("the same again: %v, want %v", err, errRepeated)
	}
	for at := range frames[1:] {
		forged := make([][]byte, len(frames))
		for i, frame := range frames {
			forged[i] = bytes.Clone(frame)
		}
		forged[at+1] = append(forged[at+1], ' ')
		if _, err := s.Open(forged); !errors.Is(err, errSignature) {
			t.Errorf("with frame %d changed: %v, want %v", at+1, err, errSignature)
		}
	}
	if _, err := s.Open(sealed(t, NewSigner("other"), Message{})); !errors.Is(err, errSignature) {
		t.Errorf("with another key: %v, want %v", err, errSignature)
	}
}

func TestFramesTooLargeAreRefusedWhenAnnounced(t *testing.T) {
	header := append([]byte{2}, binary.BigEndian.AppendUint64(nil, maxFrame+1)...)
	for _, c := range []struct {
		name   string
		stream []byte
		fails  bool
	}{
		{"a small frame", []byte{0, 3, 1, 2, 3}, false},
		{"two frames", []byte{1, 0, 0, 1, 9}, false},
		{"a huge frame", header, true},
		{"a huge frame behind a small one", append([]byte{0, 2, 2, 2}, header...), true},
		{"a small frame that holds the header of a huge one", append([]byte{0, 9}, header...), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := frameSizes{skip: greetingSize}
			err := f.follow(append(make([]byte, greetingSize), c.stream...))
			if (err != nil) != c.fails {
				t.Errorf("at once: %v", err)
			}
			f, err = frameSizes{skip: greetingSize}, nil
			for _, b := range append(make([]byte, greetingSize), c.stream...) { // byte by byte
				if failed := f.follow([]byte{b}); failed != nil {
					err = failed
				}
			}
			if (err != nil) != c.fails {
				t.Errorf("byte by byte: %v", err)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	s := NewSigner("secret")
	for _, frames := range [][][]byte{sealed(f, s, Message{Identities: [][]byte{{1}}}), {delimiter}, {}, {delimiter, {}, {}, {}, {}, {}}} {
		f.Add(bytes.Join(frames, []byte("|")), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, signed bool) {
		frames := bytes.Split(text, []byte("|"))
		frames = append(frames, delimiter)
		if signed { // so that the fuzzer gets behind the signature
			frames = append([][]byte{delimiter, nil}, bytes.Split(text, []byte("|"))...)
		}
		m, err := NewSigner("").Open(frames)
		if err != nil {
			return
		}
		again, err := NewSigner("").Open(sealed(t, NewSigner(""), Message{Header: m.Header, Parent: m.Parent, Metadata: m.Metadata, Content: m.Content, Buffers: m.Buffers}))
		if err != nil {
			t.Fatalf("what was read cannot be sent: %v", err)
		}
		if !bytes.Equal(again.Content, object(m.Content)) {
			t.Errorf("content is %s, was %s", again.Content, m.Content)
		}
	})
}

func FuzzFrameSizes(f *testing.F) {
	f.Add([]byte{0, 3, 1, 2, 3}, 2)
	f.Add(append([]byte{2}, make([]byte, 8)...), 1)
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		cut = min(max(cut, 0), len(stream))
		var whole, parts frameSizes
		one := whole.follow(stream)
		two := parts.follow(stream[:cut])
		if two == nil {
			two = parts.follow(stream[cut:])
		}
		if (one == nil) != (two == nil) {
			t.Errorf("at once %v, in two parts %v", one, two)
		}
	})
}
