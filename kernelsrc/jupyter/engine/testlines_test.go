package engine

import (
	"strings"
	"testing"
)

func TestTestsNameTheirPlacesByCells(t *testing.T) {
	place := func(line int) (string, bool) { return "Cell[1]: line 2", line == 5 }
	const text = "=== RUN   TestA\n    main_test.go:5: no\n        main_test.go:5: sub\n    main_test.go:6: elsewhere\nsee main_test.go:5: x\n" +
		"main_test.go:5 is no place\n    main_test.go:"
	want := strings.NewReplacer("    main_test.go:5: no", "    Cell[1]: line 2: no", "        main_test.go:5: sub", "        Cell[1]: line 2: sub").Replace(text)
	for size := 1; size <= len(text); size++ {
		l := &testLines{position: place}
		var got []byte
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			got = append(got, l.pass([]byte(rest[:n]))...)
			rest = rest[n:]
		}
		if got = append(got, l.rest()...); string(got) != want {
			t.Fatalf("in pieces of %d bytes:\n%s\nwant\n%s", size, got, want)
		}
	}
	l := &testLines{position: place}
	if got := string(l.pass([]byte("Name? "))); got != "Name? " {
		t.Errorf("a prompt is held back: %q", got)
	}
}
