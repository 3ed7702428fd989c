// Package session is what all verbs share: where results and progress go, the flags that every verb has, and how a wrong
// call is told.
package session

import (
	"encoding/json"
	"io"
)

// Session is what the verbs share: where results and progress go, and the flags that every verb has.
type Session struct {
	Out, Err io.Writer
	Backend  string
	Quiet    bool
}

// The largest numbers that flags take, so that a mistyped one is an error and does not fill the memory.
const (
	MaxWorkers = 4096
	MaxChunk   = 1 << 20 // tokens
)

// Confidence of all intervals that verbs print.
const Confidence = 0.95

// MaxLine is the length at which an error's line is cut, in characters.
const MaxLine = 2000

// PrintJSON prints a value as indented JSON.
func (s *Session) PrintJSON(value any) error {
	encoder := json.NewEncoder(s.Out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
