package scoring

import (
	"regexp"
	"strings"
)

// Failure is the class of a wrong prediction.
type Failure string

// The classes of failure. A prediction belongs to the first that fits.
const (
	Right      Failure = ""            // not wrong: its value is 1
	Nothing    Failure = "nothing"     // the prediction is empty
	Truncated  Failure = "truncated"   // it ends inside a reference
	DigitSlip  Failure = "digit slip"  // a reference with one character wrong
	OtherValue Failure = "other value" // the value of another needle, or the name of another variable
	Echo       Failure = "echo"        // the question repeated
	OtherWrong Failure = "other"
)

// Failures are the classes in this order, without Right.
var Failures = []Failure{Nothing, Truncated, DigitSlip, OtherValue, Echo, OtherWrong}

// minTruncated is how many characters of a reference a prediction must end in to count as truncated.
const minTruncated = 2

var (
	needleValue  = regexp.MustCompile(`special magic \w+ for .+? is: (.+?)\.(?:\s|$)`)
	variableName = regexp.MustCompile(`VAR ([A-Z]{5}) =`)
	answerWord   = regexp.MustCompile(`[\pL\pN-]+`)
)

// classify returns the class of a prediction that lacks a reference.
func classify(prompt, prediction string, references []string) Failure {
	prediction = strings.ToLower(Postprocess(prediction))
	var missing []string
	for _, reference := range references {
		if reference = strings.ToLower(reference); !strings.Contains(prediction, reference) {
			missing = append(missing, reference)
		}
	}
	switch {
	case prediction == "":
		return Nothing
	case endsInside(prediction, missing):
		return Truncated
	case slips(prediction, missing):
		return DigitSlip
	case holdsOther(prompt, prediction, references):
		return OtherValue
	case echoes(prompt, prediction):
		return Echo
	}
	return OtherWrong
}

// endsInside reports whether text ends in a proper prefix of a missing reference.
func endsInside(text string, missing []string) bool {
	for _, reference := range missing {
		for n := len(reference) - 1; n >= minTruncated; n-- {
			before, found := strings.CutSuffix(text, reference[:n])
			if found && (before == "" || !isWordByte(before[len(before)-1])) {
				return true
			}
		}
	}
	return false
}

func isWordByte(b byte) bool {
	return 'a' <= b && b <= 'z' || '0' <= b && b <= '9'
}

// slips reports whether a word of text differs from a missing reference in exactly one character.
func slips(text string, missing []string) bool {
	for _, word := range answerWord.FindAllString(text, -1) {
		for _, reference := range missing {
			if len(word) != len(reference) || !strings.ContainsAny(reference, "0123456789") {
				continue
			}
			wrong := 0
			for i := range word {
				if word[i] != reference[i] {
					wrong++
				}
			}
			if wrong == 1 {
				return true
			}
		}
	}
	return false
}

// holdsOther reports whether text contains a value or a variable of the prompt that is not a reference.
func holdsOther(prompt, text string, references []string) bool {
	isReference := map[string]bool{}
	for _, reference := range references {
		isReference[strings.ToLower(reference)] = true
	}
	text = spacedWords(text)
	for _, pattern := range []*regexp.Regexp{needleValue, variableName} {
		for _, match := range pattern.FindAllStringSubmatch(prompt, -1) {
			if value := strings.ToLower(match[1]); !isReference[value] && strings.Contains(text, spacedWords(value)) {
				return true
			}
		}
	}
	return false
}

// spacedWords returns the words of text with a space around each, so that a search finds whole words only.
func spacedWords(text string) string {
	return " " + strings.Join(answerWord.FindAllString(text, -1), " ") + " "
}

// echoes reports whether the first line of text occurs in the last two lines of the prompt.
func echoes(prompt, text string) bool {
	lines := strings.Split(strings.ToLower(strings.TrimSpace(prompt)), "\n")
	end := strings.Join(lines[max(0, len(lines)-2):], "\n")
	first, _, _ := strings.Cut(text, "\n")
	return len(first) > 1 && strings.Contains(end, strings.TrimSpace(first))
}
