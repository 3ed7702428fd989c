package tokenizer

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// useModel sets the model, which converts a word to pieces.
func (t *Tokenizer) useModel(file *jsonTokenizer) error {
	m := file.Model
	switch m.Type {
	case "WordLevel":
		if m.UnkToken == nil {
			return errors.New("WordLevel: no unk_token")
		}
		unknown, ok := t.ids[*m.UnkToken]
		if !ok {
			return fmt.Errorf("WordLevel: unk_token %q is not in the vocabulary", *m.UnkToken)
		}
		t.Kind, t.model = WordLevel, words{t.ids, unknown}
		return nil
	case "BPE", "":
	default:
		return unsupported("model", m.Type)
	}
	if m.Dropout != 0 || m.Prefix != "" || m.Suffix != "" {
		return errors.New("BPE: dropout, continuing_subword_prefix and end_of_word_suffix are not supported")
	}
	pairs, err := m.pairs(t.ids)
	if err != nil {
		return err
	}
	bpe := &merges{pairs: pairs}
	t.Kind, t.model = FallbackBPE, bpe
	if file.PreTokenizer != nil && file.PreTokenizer.Type == "ByteLevel" {
		t.Kind = ByteLevelBPE
		bpe.bytes, bpe.begin = byteSymbols(t.ids)
	} else if bpe.begin, err = m.runeSymbols(t.ids); err != nil {
		return err
	}
	if m.IgnoreMerges {
		vocab, bytes := t.ids, t.Kind == ByteLevelBPE
		bpe.ignore = func(word string) (int32, bool) {
			if bytes {
				word = toByteRunes(word)
			}
			id, ok := vocab[word]
			return id, ok
		}
	}
	return nil
}

// pairs returns the table of merges. Their rank is their position in the file.
func (m *jsonModel) pairs(vocab map[string]int32) (*pairTable, error) {
	pairs := newPairTable(len(m.Merges))
	for rank, parts := range m.Merges {
		a, okA := vocab[parts[0]]
		b, okB := vocab[parts[1]]
		both, ok := vocab[parts[0]+parts[1]]
		if !okA || !okB || !ok {
			return nil, fmt.Errorf("merge %d of %q and %q: one of them or their concatenation is not in the vocabulary", rank, parts[0], parts[1])
		}
		pairs.put(a, b, rankedPair{int32(rank), both})
	}
	return pairs, nil
}

// byteSymbols returns the id of each byte and a function for merges.begin that appends the bytes of a word. Bytes
// without a piece are left out.
func byteSymbols(vocab map[string]int32) (*[256]int32, func([]symbol, string) []symbol) {
	ids := new([256]int32)
	for b, r := range byteRunes {
		ids[b] = None
		if id, ok := vocab[string(r)]; ok {
			ids[b] = id
		}
	}
	return ids, func(symbols []symbol, word string) []symbol {
		for i := range len(word) {
			if id := ids[word[i]]; id != None {
				symbols = append(symbols, symbol{id: id, start: i, end: i + 1})
			}
		}
		return symbols
	}
}

// runeSymbols returns a function for merges.begin that appends the runes of a word. A rune without a piece becomes the
// pieces of its bytes or, if one of these is missing, the unknown piece: one for several in a row if the model fuses
// them (fuse_unk).
func (m *jsonModel) runeSymbols(vocab map[string]int32) (func([]symbol, string) []symbol, error) {
	unknown := None
	if m.UnkToken != nil {
		id, ok := vocab[*m.UnkToken]
		if !ok {
			return nil, fmt.Errorf("BPE: unk_token %q is not in the vocabulary", *m.UnkToken)
		}
		unknown = id
	}
	bytes := byteIDs(vocab)
	return func(symbols []symbol, word string) []symbol {
		fused := false // whether the last symbol is the unknown piece
		for i := 0; i < len(word); {
			_, size := utf8.DecodeRuneInString(word[i:])
			id, ok := vocab[word[i:i+size]]
			switch {
			case ok:
				symbols = append(symbols, symbol{id: id, start: i, end: i + size})
				fused = false
			case m.ByteFallback && allIn(bytes, word[i:i+size]):
				for j := i; j < i+size; j++ {
					symbols = append(symbols, symbol{id: bytes[word[j]], start: j, end: j + 1})
				}
				fused = false
			case unknown != None && fused && m.FuseUnk:
				symbols[len(symbols)-1].end = i + size
			case unknown != None:
				symbols = append(symbols, symbol{id: unknown, start: i, end: i + size})
				fused = true
			}
			i += size
		}
		return symbols
	}, nil
}

// byteIDs returns the ids of the pieces <0x00> to <0xFF>, None for a piece that does not exist.
func byteIDs(vocab map[string]int32) (ids [256]int32) {
	for b := range ids {
		ids[b] = None
		if id, ok := vocab[fmt.Sprintf("<0x%02X>", b)]; ok {
			ids[b] = id
		}
	}
	return ids
}

// byteOf returns the byte of a piece such as <0x0A>, and whether it is such a piece.
func byteOf(piece string) (byte, bool) {
	if len(piece) != 6 || piece[:3] != "<0x" || piece[5] != '>' {
		return 0, false
	}
	v, err := strconv.ParseUint(piece[3:5], 16, 8)
	return byte(v), err == nil
}

// allIn reports whether every byte of text has a piece.
func allIn(ids [256]int32, text string) bool {
	for i := range len(text) {
		if ids[text[i]] == None {
			return false
		}
	}
	return true
}

// toByteRunes writes the bytes of a word in byteRunes.
func toByteRunes(word string) string {
	runes := make([]rune, len(word))
	for i := range len(word) {
		runes[i] = byteRunes[word[i]]
	}
	return string(runes)
}
