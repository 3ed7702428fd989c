package strictyaml

import (
	"bytes"
	"fmt"
)

// maxNesting is the limit of lists and maps in one another. A plan has two levels, a resolved plan three.
const maxNesting = 32

// CheckNesting returns an error for a text whose lists and maps are nested so deeply that the parser would take
// gigabytes. Brackets inside of strings count too.
func CheckNesting(text []byte) error {
	for number, line := range bytes.Split(text, []byte("\n")) {
		depth := 0
		for field := range bytes.FieldsSeq(line) {
			if len(field) != 1 || !bytes.ContainsAny(field, "-?:") {
				break
			}
			depth++ // each of "- - -" begins a list in a list
		}
		if depth > maxNesting {
			return tooDeep(number)
		}
	}
	depth, number := 0, 0
	for _, c := range text {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			number++
		}
		if depth > maxNesting {
			return tooDeep(number)
		}
	}
	return nil
}

// tooDeep is the error for a line, which is counted from 0.
func tooDeep(line int) error {
	return fmt.Errorf("line %d: more than %d lists or maps in one another", line+1, maxNesting)
}
