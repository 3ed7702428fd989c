package ruler

import (
	"regexp"
	"strings"
)

// Failure is what went wrong with a prediction.
type Failure string

// The classes of failure; where several apply, the first of this list is meant.
const (
	Right      Failure = ""            // the score is full
	Nothing    Failure = "nothing"     // an empty answer
	Truncated  Failure = "truncated"   // the answer ends inside a reference
	DigitSlip  Failure = "digit slip"  // a reference with one character wrong
	OtherValue Failure = "other value" // the value of another key, a word of the text that was not asked for
	Echo       Failure = "echo"        // the question again
	OtherWrong Failure = "other"
)

// Failures are the classes in their order, Right left out.
var Failures = []Failure{Nothing, Truncated, DigitSlip, OtherValue, Echo, OtherWrong}

// minTruncated is how many characters of a reference must stand at the answer's end to call it cut off.
const minTruncated = 2

var (
	needleValue  = regexp.MustCompile(`special magic \w+ for .+? is: (.+?)\.(?:\s|$)`)
	variableName = regexp.MustCompile(`VAR ([A-Z]{5}) =`)
	answerWord   = regexp.MustCompile(`[\pL\pN-]+`)
)

// Classify says what is wrong with a prediction, given the prompt and the references.
func (t Task) Classify(prompt, prediction string, references []string) Failure {
	if t.Score(prediction, references) == 1 {
		return Right
	}
	return classify(prompt, prediction, references)
}

// classify says what is wrong with a prediction that lacks a reference.
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

// endsInside reports whether text ends in the beginning of a missing reference.
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

// slips reports whether a word of text is a missing reference but for one character of the same place.
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

// holdsOther reports whether text holds a value or a name of the prompt that is no reference.
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

// spacedWords returns the words of text with a space around each: what contains it has the same words.
func spacedWords(text string) string {
	return " " + strings.Join(answerWord.FindAllString(text, -1), " ") + " "
}

// echoes reports whether text, or its first line, is a part of the prompt's last two lines.
func echoes(prompt, text string) bool {
	lines := strings.Split(strings.ToLower(strings.TrimSpace(prompt)), "\n")
	end := strings.Join(lines[max(0, len(lines)-2):], "\n")
	first, _, _ := strings.Cut(text, "\n")
	return len(first) > 1 && strings.Contains(end, strings.TrimSpace(first))
}
