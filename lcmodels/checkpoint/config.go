package checkpoint

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"longseq/internal/input"
)

// Config returns the content of the config.json beside the weights. The error wraps fs.ErrNotExist if there is none.
func (c *Checkpoint) Config() ([]byte, error) { return c.Sidecar("config.json") }

// Sidecar returns the content of a file beside the weights, of at most 16 MiB. The error wraps fs.ErrNotExist if
// there is none.
func (c *Checkpoint) Sidecar(name string) ([]byte, error) {
	const maxBytes = 16 << 20 // configurations have a few thousand
	data, err := input.Read(filepath.Join(c.folder, name), maxBytes)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return data, nil
}

// ParseConfig is json.Unmarshal for JSON written by Python, in which a number may be Infinity, -Infinity or NaN.
// These are decoded as strings, or as numbers into a field of type Number.
func ParseConfig(data []byte, v any) error {
	if err := json.Unmarshal(quoteNonFinite(data), v); err != nil {
		return fmt.Errorf("parse config.json: %w", err)
	}
	return nil
}

// Number is a float64 that can also be decoded from Infinity, -Infinity and NaN in a config.json.
type Number float64

// UnmarshalJSON decodes a number, or one of the strings that ParseConfig makes of non-finite numbers.
func (n *Number) UnmarshalJSON(data []byte) error {
	switch strings.Trim(string(data), `"`) {
	case "Infinity":
		*n = Number(math.Inf(1))
	case "-Infinity":
		*n = Number(math.Inf(-1))
	case "NaN":
		*n = Number(math.NaN())
	default:
		return json.Unmarshal(data, (*float64)(n))
	}
	return nil
}

// quoteNonFinite puts quotes around Infinity, -Infinity and NaN outside of strings.
func quoteNonFinite(data []byte) []byte {
	out := make([]byte, 0, len(data)+8)
	inString := false
	for i := 0; i < len(data); i++ {
		b := data[i]
		if inString && b == '\\' && i+1 < len(data) {
			out = append(out, b, data[i+1])
			i++
			continue
		}
		if b == '"' {
			inString = !inString
		}
		if !inString {
			if word := nonFinite(data[i:]); word != "" {
				out = append(out, '"')
				out = append(out, word...)
				out = append(out, '"')
				i += len(word) - 1
				continue
			}
		}
		out = append(out, b)
	}
	return out
}

// nonFinite returns the non-finite number that data begins with, as Python spells it, or "".
func nonFinite(data []byte) string {
	for _, word := range []string{"Infinity", "-Infinity", "NaN"} {
		if len(data) >= len(word) && string(data[:len(word)]) == word {
			return word
		}
	}
	return ""
}
