package identity

import "testing"

func TestPartsAreKeptApart(t *testing.T) {
	for _, pair := range [][2][]string{
		{{"ab", "c"}, {"a", "bc"}},
		{{"a"}, {"a", ""}},
		{{"1:a"}, {"a"}},
		{{"a", "b"}, {"b", "a"}},
	} {
		if Of(pair[0]...) == Of(pair[1]...) {
			t.Errorf("%q and %q have the same identity", pair[0], pair[1])
		}
	}
	if got, want := Of("longseq", "1"), "0a184930a92e14b6110a"; got != want {
		t.Errorf("got %s, want %s: stores written before would not be found", got, want)
	}
}
