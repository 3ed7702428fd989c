package nearmiss

import "testing"

func TestUnknownNamesTheNearestOrAll(t *testing.T) {
	known := []string{"vt", "cwe", "fwe", "niah_single_1", "niah_single_2"}
	for name, want := range map[string]string{
		"niah_singel_2": `unknown task "niah_singel_2"; did you mean "niah_single_2"?`,
		"niah_single_":  `unknown task "niah_single_"; did you mean "niah_single_1"?`, // the first of two as near
		"NIAH_Single_1": `unknown task "NIAH_Single_1"; did you mean "niah_single_1"?`,
		"v":             `unknown task "v"; did you mean "vt"?`,
		"zebra":         `unknown task "zebra"; known: cwe, fwe, niah_single_1, niah_single_2, vt`,
		"":              `unknown task ""; known: cwe, fwe, niah_single_1, niah_single_2, vt`,
	} {
		if got := Unknown("task", name, known).Error(); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", name, got, want)
		}
	}
	if got, want := Unknown("model", "x", nil).Error(), `unknown model "x"; none is known`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "ab", 1}, {"abc", "xabc", 1},
		{"abc", "acb", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
