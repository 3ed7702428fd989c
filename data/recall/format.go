package recall

import (
	"fmt"

	"longseq/data"
)

// Formats are the formats that recall can make, in the order of tables.
var Formats = []data.Format{
	{Haystack: data.Essay, Key: data.Word, Value: data.Word},
	{Haystack: data.Essay, Key: data.Word, Value: data.Number},
	{Haystack: data.Noise, Key: data.Word, Value: data.Word},
	{Haystack: data.Noise, Key: data.Word, Value: data.Number},
	{Haystack: data.Needles, Key: data.Word, Value: data.Word},
	{Haystack: data.Needles, Key: data.Word, Value: data.Number},
}

// CheckFormat returns an error that names the first kind in f that recall cannot make: keys are words,
// values words or numbers.
func CheckFormat(f data.Format) error {
	switch {
	case f.Haystack != data.Essay && f.Haystack != data.Noise && f.Haystack != data.Needles:
		return fmt.Errorf("format %s: the haystack is %q; want %s, %s or %s", f, f.Haystack, data.Essay, data.Noise, data.Needles)
	case f.Key != data.Word:
		return fmt.Errorf("format %s: the keys of recall are of kind %q, not %q", f, data.Word, f.Key)
	case f.Value != data.Word && f.Value != data.Number:
		return fmt.Errorf("format %s: the values of recall are of kind %q or %q, not %q", f, data.Word, data.Number, f.Value)
	}
	return nil
}

// streamName is how a format is named in what seeds the random streams.
func streamName(f data.Format) string { return f.Haystack + "-" + f.Value }

// valueTokens returns the tokens of a value: one for a word, three digits for a number.
func valueTokens(f data.Format) int {
	if f.Value == data.Number {
		return 3
	}
	return 1
}

// needleTokens returns the tokens of a needle: marker, key and value. A question with its answer has as
// many.
func needleTokens(f data.Format) int { return 2 + valueTokens(f) }
