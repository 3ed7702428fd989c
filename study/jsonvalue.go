package study

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// skipSpace returns JSON text from its first byte that is no white space.
func skipSpace(text []byte) []byte {
	for i, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return text[i:]
		}
	}
	return nil
}

// cutValue cuts a JSON value off the beginning of a text. It finds the value's end without checking what is in it.
func cutValue(text []byte) (value, rest []byte, ok bool) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			end := closingQuote(text[i+1:])
			if end < 0 {
				return nil, nil, false
			}
			i += 1 + end
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			for i+1 < len(text) && !endsScalar(text[i+1]) {
				i++
			}
		}
		if depth < 0 {
			return nil, nil, false
		}
		if depth == 0 {
			return text[:i+1], text[i+1:], true
		}
	}
	return nil, nil, false
}

// closingQuote returns the position of the quote that ends a string, or -1.
func closingQuote(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i
		case '\\':
			i++
		}
	}
	return -1
}

// endsScalar reports whether a byte cannot be part of a number or of a word such as null.
func endsScalar(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ':', '{', '}', '[', ']', '"':
		return true
	}
	return false
}

// contents returns a JSON string's bytes without quotes and escapes. They may share the value's memory.
func contents(value []byte) ([]byte, error) {
	if len(value) < 2 || value[0] != '"' {
		return nil, fmt.Errorf("%.40q is not a string", value)
	}
	inner := value[1 : len(value)-1]
	for _, c := range inner {
		if c == '\\' || c < ' ' {
			var s string
			err := json.Unmarshal(value, &s)
			return []byte(s), err
		}
	}
	return inner, nil
}

// unquote returns a JSON string's value. A value that is the likely one is not copied.
func unquote(value []byte, likely string) (string, error) {
	inner, err := contents(value)
	if err == nil && string(inner) == likely {
		return likely, nil
	}
	return string(inner), err
}

// integer returns a JSON number that is an int.
func integer(value []byte) (int, error) {
	n, err := integer64(value)
	if int64(int(n)) != n {
		return 0, fmt.Errorf("%.40q is too large", value)
	}
	return int(n), err
}

// integer64 returns a JSON number that is an int64.
func integer64(value []byte) (int64, error) {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil || value[0] == '+' {
		return 0, fmt.Errorf("%.40q is not a whole number", value)
	}
	return n, nil
}

// number returns a JSON number.
func number(value []byte) (float64, error) {
	if c := value[0]; c == '-' || c >= '0' && c <= '9' {
		if x, err := strconv.ParseFloat(string(value), 64); err == nil && json.Valid(value) {
			return x, nil
		}
	}
	return 0, fmt.Errorf("%.40q is not a number", value)
}

// texts appends the strings of a JSON array to an empty list, each as text returns it; null is nil.
func texts(value []byte, list []string, text func(value []byte) (string, error)) ([]string, error) {
	if string(value) == "null" {
		return nil, nil
	}
	if value[0] != '[' || value[len(value)-1] != ']' {
		return nil, fmt.Errorf("%.40q is not a list of strings", value)
	}
	if list == nil {
		list = []string{}
	}
	for rest := skipSpace(value[1 : len(value)-1]); len(rest) > 0; {
		item, after, ok := cutValue(rest)
		if !ok {
			return nil, fmt.Errorf("%.40q is not a list of strings", value)
		}
		line, err := text(item)
		if err != nil {
			return nil, err
		}
		list = append(list, line)
		rest = skipSpace(after)
		if len(rest) == 0 {
			break
		}
		comma := rest[0] == ','
		if rest = skipSpace(rest[1:]); !comma || len(rest) == 0 {
			return nil, fmt.Errorf("%.40q is not a list of strings", value)
		}
	}
	return list, nil
}

// appendAny appends a value as package json writes it. An error is added to those before.
func appendAny(text []byte, value any, before error) ([]byte, error) {
	written, err := json.Marshal(value)
	return append(text, written...), errors.Join(before, err)
}

// appendString is appendAny of a string. Most have no character that must be escaped.
func appendString(text []byte, s string, before error) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return appendAny(text, s, before)
		}
	}
	return append(append(append(text, '"'), s...), '"'), before
}

// appendStrings is appendAny of a list of strings.
func appendStrings(text []byte, list []string, before error) ([]byte, error) {
	if list == nil {
		return append(text, "null"...), before
	}
	text = append(text, '[')
	for i, s := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text, before = appendString(text, s, before)
	}
	return append(text, ']'), before
}

// appendNumber is appendAny of a number. Package json writes those of ordinary size in digits alone, as strconv does.
func appendNumber(text []byte, x float64, before error) ([]byte, error) {
	if size := math.Abs(x); x == 0 || size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(text, x, 'f', -1, 64), before
	}
	return appendAny(text, x, before)
}
