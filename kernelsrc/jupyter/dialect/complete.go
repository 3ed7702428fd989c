package dialect

import (
	"go/scanner"
	"go/token"
	"strings"
)

// Completeness is the state of text typed in a console: whether to run it or to wait for more.
type Completeness int

// The states of a cell that is being typed.
const (
	Complete Completeness = iota
	Incomplete
	Invalid
)

// IsComplete decides by the brackets, strings and comments that are open, and by whether a line follows %%. depth is
// the number of open brackets.
func IsComplete(source string) (state Completeness, depth int) {
	cell, err := Split(source)
	if err != nil {
		return Invalid, 0
	}
	if cell.Raw != nil {
		return Complete, 0
	}
	if cell.Main >= 0 && cell.Main == len(cell.Lines)-1 {
		return Incomplete, 0
	}
	text := []byte(strings.Join(cell.Lines, "\n"))
	files := token.NewFileSet()
	var s scanner.Scanner
	openString, broken := false, false
	s.Init(files.AddFile("cell", -1, len(text)), text, func(_ token.Position, message string) {
		openString = openString || strings.Contains(message, "not terminated") && strings.Contains(message, "raw string") ||
			strings.Contains(message, "comment not terminated")
		broken = true
	}, 0)
	var open []token.Token
	closes := map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACK: token.LBRACK, token.RBRACE: token.LBRACE}
	for {
		_, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			switch {
			case openString:
				return Incomplete, 0
			case broken:
				return Invalid, 0
			case len(open) > 0:
				return Incomplete, len(open)
			}
			return Complete, 0
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, tok)
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) == 0 || open[len(open)-1] != closes[tok] {
				return Invalid, 0
			}
			open = open[:len(open)-1]
		}
	}
}
