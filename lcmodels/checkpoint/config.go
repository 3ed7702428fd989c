package checkpoint

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// Config returns config.json as it lies beside the weights; the error wraps fs.ErrNotExist where there is none.
func (c *Checkpoint) Config() ([]byte, error) { return c.Sidecar("config.json") }

// Sidecar returns a small file that lies beside the weights; the error wraps fs.ErrNotExist where there is none.
func (c *Checkpoint) Sidecar(name string) ([]byte, error) {
	const most = 16 << 20 // bytes; configurations have a few thousand
	path := filepath.Join(c.folder, name)
	info, err := os.Stat(path)
	if err == nil && info.Size() > most {
		err = fmt.Errorf("%s has %d bytes: at most %d are read", path, info.Size(), most)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return data, nil
}

// ParseConfig is json.Unmarshal for what Python writes: Infinity, -Infinity and NaN may stand where a number does.
// They arrive as strings of that name; a field of type Number takes them as the numbers they are.
func ParseConfig(data []byte, v any) error {
	if err := json.Unmarshal(quoteNonFinite(data), v); err != nil {
		return fmt.Errorf("parse config.json: %w", err)
	}
	return nil
}

// Number is a float64 that also takes Infinity, -Infinity and NaN from a config.json.
type Number float64

// UnmarshalJSON takes a number, or the name of one that JSON cannot write.
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

// quoteNonFinite puts quotes around Infinity, -Infinity and NaN wherever they are not in a string.
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

// nonFinite returns the name that data begins with, if it is one of Python's.
func nonFinite(data []byte) string {
	for _, word := range []string{"Infinity", "-Infinity", "NaN"} {
		if len(data) >= len(word) && string(data[:len(word)]) == word {
			return word
		}
	}
	return ""
}
