// Package nearmiss makes the error for a name that is not among the known ones.
package nearmiss

import (
	"fmt"
	"slices"
	"strings"
)

// Unknown returns the error for a name that is not in known, on one line. It names the known name that
// is spelled most alike, or all of them, sorted, where none is close:
//
//	unknown task "niah_singel_1"; did you mean "niah_single_1"?
//	unknown task "zebra"; known: cwe, fwe, niah_single_1
//
// What says what kind of name it is ("task").
func Unknown(what, name string, known []string) error {
	if near := Nearest(name, known); near != "" {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, name, near)
	}
	if len(known) == 0 {
		return fmt.Errorf("unknown %s %q; none is known", what, name)
	}
	sorted := slices.Sorted(slices.Values(known))
	return fmt.Errorf("unknown %s %q; known: %s", what, name, strings.Join(sorted, ", "))
}

// Nearest returns the known name at the smallest distance from name, or "" if that distance is more than
// a third of name's length. Case is ignored; the first in alphabetical order wins a tie.
func Nearest(name string, known []string) string {
	limit := max(1, len(name)/3)
	best, least := "", limit+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance returns the optimal string alignment distance of a and b: the number of bytes to insert,
// delete, replace or swap with their neighbour that turn a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
