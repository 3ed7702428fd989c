package tokenizer

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// A tokenizer.model is a protocol buffer of sentencepiece_model.proto: field 1 holds the pieces, 2 the settings of the
// training, 3 those of the normalisation.

// The types of pieces in the file.
const (
	spNormal = 1 + iota
	spUnknown
	spControl
	spUserDefined
	spUnused
	spByte
)

type spPiece struct {
	text  string
	score float32
	kind  int
}

// spModel holds the fields of the file that are used. readSentencePiece sets sentencepiece's defaults.
type spModel struct {
	pieces        []spPiece
	algorithm     int // 2: BPE
	byteFallback  bool
	spaceIsSuffix bool
	unknownText   string
	bos, eos      int32
	rules         bool // whether a table rewrites the text
	dummyPrefix   bool
	removeExtra   bool
	escapeSpaces  bool
}

// fields calls visit for each field of a message: number is its value if it is a number, text its bytes otherwise.
func fields(data []byte, visit func(num protowire.Number, number uint64, text []byte) error) error {
	for len(data) > 0 {
		num, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return errors.New("is damaged or cut off")
		}
		data = data[n:]
		var number uint64
		var text []byte
		switch kind {
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(data)
			number = uint64(v)
		case protowire.BytesType:
			text, n = protowire.ConsumeBytes(data)
		default:
			n = protowire.ConsumeFieldValue(num, kind, data)
		}
		if n < 0 {
			return errors.New("is damaged or cut off")
		}
		data = data[n:]
		if err := visit(num, number, text); err != nil {
			return err
		}
	}
	return nil
}

// readSentencePiece decodes a tokenizer.model.
func readSentencePiece(data []byte) (*spModel, error) {
	m := &spModel{algorithm: 1, unknownText: " \u2047 ", bos: 1, eos: 2, dummyPrefix: true, removeExtra: true, escapeSpaces: true}
	err := fields(data, func(num protowire.Number, _ uint64, text []byte) error {
		switch num {
		case 1:
			p := spPiece{kind: spNormal}
			if len(m.pieces) == maxVocab {
				return errors.New("has too many pieces")
			}
			err := fields(text, func(num protowire.Number, number uint64, text []byte) error {
				switch num {
				case 1:
					p.text = string(text)
				case 2:
					p.score = math.Float32frombits(uint32(number))
				case 3:
					p.kind = int(number)
				}
				return nil
			})
			m.pieces = append(m.pieces, p)
			return err
		case 2:
			return fields(text, m.trainerField)
		case 3:
			return fields(text, m.normalizerField)
		}
		return nil
	})
	return m, err
}

func (m *spModel) trainerField(num protowire.Number, number uint64, text []byte) error {
	switch num {
	case 3:
		m.algorithm = int(number)
	case 24:
		m.spaceIsSuffix = number != 0
	case 35:
		m.byteFallback = number != 0
	case 41:
		m.bos = int32(number)
	case 42:
		m.eos = int32(number)
	case 44:
		m.unknownText = string(text)
	}
	return nil
}

func (m *spModel) normalizerField(num protowire.Number, number uint64, text []byte) error {
	switch num {
	case 2:
		m.rules = len(text) > 0
	case 3:
		m.dummyPrefix = number != 0
	case 4:
		m.removeExtra = number != 0
	case 5:
		m.escapeSpaces = number != 0
	}
	return nil
}

// parseSentencePiece returns the tokenizer of a tokenizer.model.
func parseSentencePiece(data []byte) (*Tokenizer, error) {
	m, err := readSentencePiece(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("sentencepiece model %w", err)
	case len(m.pieces) == 0:
		return nil, errors.New("is neither JSON, an RWKV vocabulary nor a sentencepiece model")
	case m.algorithm != 2:
		return nil, fmt.Errorf("sentencepiece model of algorithm %d: only BPE (2) is supported", m.algorithm)
	case m.rules || m.spaceIsSuffix || !m.escapeSpaces:
		return nil, errors.New("sentencepiece model rewrites text or marks spaces in a way that is not supported")
	}
	t := &Tokenizer{Kind: SentencePiece, BOS: m.special(m.bos), EOS: m.special(m.eos), ids: make(map[string]int32), next: whole, style: joinPieces}
	if m.dummyPrefix || m.removeExtra {
		t.style = joinPiecesStrip
	}
	bpe := &spBPE{vocab: make(map[string]int32), ranks: m.ranks(), unknown: None}
	for b := range bpe.bytes {
		bpe.bytes[b] = None
	}
	userDefined := make(map[string]int32)
	for i, p := range m.pieces {
		id := int32(i)
		if _, twice := t.ids[p.text]; twice || p.text == "" {
			return nil, fmt.Errorf("sentencepiece model: piece %q is listed twice or empty", p.text)
		}
		t.ids[p.text] = id
		now := piece{p.text, plain}
		switch p.kind {
		case spNormal:
			bpe.vocab[p.text] = id
		case spUserDefined:
			bpe.vocab[p.text] = id
			userDefined[p.text] = id
		case spUnknown:
			bpe.unknown = id
			now.text = m.unknownText
		case spControl:
			now.kind = hidden
		case spUnused: // no merge may result in it
		case spByte:
			b, ok := byteOf(p.text)
			if !ok {
				return nil, fmt.Errorf("sentencepiece model: piece %q is not a byte", p.text)
			}
			now = piece{string([]byte{b}), oneByte}
			if m.byteFallback {
				bpe.bytes[b] = id
			}
		default:
			return nil, fmt.Errorf("sentencepiece model: piece %q has the unknown type %d", p.text, p.kind)
		}
		t.pieces = append(t.pieces, now)
	}
	if bpe.unknown == None {
		return nil, errors.New("sentencepiece model: has no unknown piece")
	}
	t.model, t.normalize, t.added = bpe, m.normalize, newTrie(userDefined)
	if cutsAtSpaces(bpe.vocab) {
		t.next = spacedWord
	}
	return t, nil
}

// special returns the id if it is that of a control token, otherwise None.
func (m *spModel) special(id int32) int32 {
	if id >= 0 && int(id) < len(m.pieces) && m.pieces[id].kind == spControl {
		return id
	}
	return None
}

// ranks returns the rank of each piece by score, 0 for the highest. Equal scores have equal ranks.
func (m *spModel) ranks() []int32 {
	order := make([]int32, len(m.pieces))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(m.pieces[b].score, m.pieces[a].score) })
	ranks := make([]int32, len(order))
	for i, id := range order {
		ranks[id] = int32(i)
		if i > 0 && m.pieces[order[i-1]].score == m.pieces[id].score {
			ranks[id] = ranks[order[i-1]]
		}
	}
	return ranks
}

// normalize is sentencepiece's normalisation by the rule "identity": spaces become ▁, and one is put in front if the
// model has a dummy prefix. Invalid UTF-8 becomes U+FFFD.
func (m *spModel) normalize(text string) string {
	if m.removeExtra {
		text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' }), " ")
	}
	if text == "" {
		return ""
	}
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	if m.dummyPrefix {
		text = " " + text
	}
	return underline(text)
}

// spBPE is sentencepiece's BPE: two neighbours are merged if their concatenation is a piece.
type spBPE struct {
	vocab   map[string]int32
	ranks   []int32 // by id
	bytes   [256]int32
	unknown int32
}

func (m *spBPE) append(dst []int32, word string) []int32 {
	var few [16]symbol
	symbols := few[:0]
	for i := 0; i < len(word); {
		_, size := utf8.DecodeRuneInString(word[i:])
		id, ok := m.vocab[word[i:i+size]]
		if !ok {
			id = None
		}
		symbols = append(symbols, symbol{id: id, start: i, end: i + size})
		i += size
	}
	merge(link(symbols), func(a, b *symbol) (int32, int32, bool) {
		id, ok := m.vocab[word[a.start:b.end]]
		if !ok {
			return 0, 0, false
		}
		return m.ranks[id], id, true
	})
	fused := false // whether the last id is that of the unknown piece
	for i := 0; i >= 0 && len(symbols) > 0; i = symbols[i].next {
		s := symbols[i]
		switch {
		case s.id != None:
			dst = append(dst, s.id)
			fused = false
		case allIn(m.bytes, word[s.start:s.end]):
			for j := s.start; j < s.end; j++ {
				dst = append(dst, m.bytes[word[j]])
			}
			fused = false
		case !fused:
			dst = append(dst, m.unknown)
			fused = true
		}
	}
	return dst
}
