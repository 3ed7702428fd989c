package study

import (
	"fmt"
	"slices"
	"strings"
)

// Unknown is the error for a name that is not among the known ones, in one line: what was asked
// for, and the near miss, or all known names where none is near.
func Unknown(what, name string, known []string) error {
	if near := nearest(name, known); near != "" {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, name, near)
	}
	if len(known) == 0 {
		return fmt.Errorf("unknown %s %q; none is known", what, name)
	}
	sorted := slices.Sorted(slices.Values(known))
	return fmt.Errorf("unknown %s %q; known: %s", what, name, strings.Join(sorted, ", "))
}

// nearest returns the known name with the least edits from name, or "" if that takes more than a
// third of name's letters. Case costs nothing; the first in the alphabet wins a tie.
func nearest(name string, known []string) string {
	limit := max(1, len(name)/3)
	best, least := "", limit+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := edits(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// edits counts the insertions, deletions, replacements and swaps of neighbours that turn a into b
// (optimal string alignment), byte by byte.
func edits(a, b string) int {
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
