package data

import "testing"

func TestFormatsHaveOneFullForm(t *testing.T) {
	for text, want := range map[string]string{
		"essay-word":           "essay-word-word",
		"essay-uuid":           "essay-word-uuid",
		"repeat-number":        "noise-word-number",
		"repeat-words-numbers": "noise-word-number",
		"needle-word":          "needles-word-word",
		"needles-uuid-uuid":    "needles-uuid-uuid",
	} {
		format, err := ParseFormat(text)
		if err != nil || format.String() != want {
			t.Errorf("%s: got %s, error %v; want %s", text, format, err, want)
		}
		if again, err := ParseFormat(format.String()); err != nil || again != format {
			t.Errorf("%s: read back as %s, error %v", format, again, err)
		}
	}
}

func TestParseFormatNamesTheUnknownPart(t *testing.T) {
	for text, want := range map[string]string{
		"esay-word":         `format "esay-word": unknown haystack "esay"; did you mean "essay"?`,
		"Noise-Number":      `format "Noise-Number": unknown haystack "Noise"; did you mean "noise"?`,
		"essay-wrd-word":    `format "essay-wrd-word": unknown key kind "wrd"; did you mean "word"?`,
		"essay-word-poem":   `format "essay-word-poem": unknown value kind "poem"; known: number, uuid, word`,
		"":                  `format ""; want haystack-key-value such as essay-word-number, or haystack-value`,
		"books":             `format "books"; want haystack-key-value such as essay-word-number, or haystack-value`,
		"essay-word-word-1": `format "essay-word-word-1"; want haystack-key-value such as essay-word-number, or haystack-value`,
	} {
		if _, err := ParseFormat(text); err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}
