package study

import (
	"hash/crc32"
	"strings"
)

// sharedSlots is how many texts are kept to be shared, at most.
const sharedSlots = 1 << 10

// shared keeps texts close to each other, and those once that records share: the ones read last, each in its slot.
type shared struct {
	texts [sharedSlots]string
	lists [sharedSlots]struct {
		json []byte
		list []string
	}
	room  strings.Builder
	lines []string // room for lists
}

// roomSize is the number of bytes, and of texts in lists, for which room is taken at a time.
const roomSize = 1 << 14

// keep returns a copy of the text.
func (s *shared) keep(text []byte) string {
	if s.room.Cap()-s.room.Len() < len(text) {
		s.room.Reset()
		s.room.Grow(max(roomSize, len(text)))
	}
	from := s.room.Len()
	s.room.Write(text)
	return s.room.String()[from:]
}

// text returns a copy of the text, or the one that is kept.
func (s *shared) text(text []byte) string {
	kept := &s.texts[slot(text)]
	if *kept != string(text) {
		*kept = s.keep(text)
	}
	return *kept
}

// slot is where a text is kept to be shared.
func slot(text []byte) uint32 { return crc32.Checksum(text, castagnoli) % sharedSlots }
