package tokenizer

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseRWKV reads RWKV's World vocabulary. It has a line "id literal length" for each piece: the literal is a Python
// str or bytes, the length is in bytes. Token 0 ends a text and is not listed.
func parseRWKV(data string) (*Tokenizer, error) {
	ids := make(map[string]int32)
	number := 0
	for line := range strings.Lines(data) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		id, text, err := parseRWKVLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if _, twice := ids[text]; twice {
			return nil, fmt.Errorf("line %d: token %q is listed twice", number, text)
		}
		ids[text] = id
	}
	for b := range 256 {
		if _, ok := ids[string([]byte{byte(b)})]; !ok {
			return nil, fmt.Errorf("no token for the byte %#02x", b)
		}
	}
	t := &Tokenizer{Kind: RWKVWorld, BOS: None, EOS: 0, ids: ids, next: whole, model: newTrie(ids), style: joinBytes}
	if err := t.usePieces(); err != nil {
		return nil, err
	}
	if t.pieces[0].kind != missing {
		return nil, errors.New("token 0 ends a text and must not be listed")
	}
	return t, nil
}

func parseRWKVLine(line string) (id int32, text string, err error) {
	first, last := strings.IndexByte(line, ' '), strings.LastIndexByte(line, ' ')
	if first < 0 || first == last {
		return 0, "", errors.New("is not an id, a literal and a length")
	}
	n, err := strconv.ParseInt(line[:first], 10, 32)
	if err != nil {
		return 0, "", fmt.Errorf("id %q is not a number", line[:first])
	}
	text, err = pythonLiteral(line[first+1 : last])
	if err != nil {
		return 0, "", err
	}
	if length, err := strconv.Atoi(line[last+1:]); err != nil || length != len(text) || length == 0 {
		return 0, "", fmt.Errorf("token of %d bytes, the line says %q", len(text), line[last+1:])
	}
	return int32(n), text, nil
}

// pythonLiteral returns the bytes of a Python literal, a str (in UTF-8) or bytes.
func pythonLiteral(literal string) (string, error) {
	body, raw := strings.CutPrefix(literal, "b")
	if len(body) < 2 || body[0] != '\'' && body[0] != '"' || body[len(body)-1] != body[0] {
		return "", fmt.Errorf("%q is not a Python literal", literal)
	}
	body = body[1 : len(body)-1]
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			out = append(out, body[i])
			continue
		}
		i++
		if i == len(body) {
			return "", fmt.Errorf("%q ends in the middle of an escape", literal)
		}
		if at := strings.IndexByte(`\'"ntr0abfv`, body[i]); at >= 0 {
			out = append(out, "\\'\"\n\t\r\x00\a\b\f\v"[at])
			continue
		}
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[body[i]]
		if digits == 0 || raw && digits != 2 || i+digits >= len(body) {
			return "", fmt.Errorf("%q has an unknown escape", literal)
		}
		v, err := strconv.ParseUint(body[i+1:i+1+digits], 16, 32)
		if err != nil || v > utf8.MaxRune {
			return "", fmt.Errorf("%q has an unknown escape", literal)
		}
		if raw {
			out = append(out, byte(v))
		} else {
			out = utf8.AppendRune(out, rune(v))
		}
		i += digits
	}
	return string(out), nil
}
