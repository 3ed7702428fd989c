package display

import (
	"slices"
	"strings"
	"testing"
)

func TestColumnsAreSortedByWhatTheyHold(t *testing.T) {
	for _, c := range []struct {
		name    string
		cells   []string
		want    []string
		numeric bool
	}{
		{"numbers", []string{"10", "9", "-1", "1e3"}, []string{"-1", "9", "10", "1e3"}, true},
		{"numbers with intervals", []string{"91.4 ± 2", "9.5 ± 1", "100"}, []string{"9.5 ± 1", "91.4 ± 2", "100"}, true},
		{"thousands", []string{"1,024", "512", "16,384"}, []string{"512", "1,024", "16,384"}, true},
		{"nothing among numbers", []string{"3", "–", "1", ""}, []string{"–", "", "1", "3"}, true},
		{"words", []string{"b", "10", "a"}, []string{"10", "a", "b"}, false},
		{"a real minus", []string{"2", "−3"}, []string{"−3", "2"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows [][]string
			for _, cell := range c.cells {
				rows = append(rows, []string{cell})
			}
			ranks, numeric := ranksBy(rows, 0)
			sorted := make([]string, len(rows))
			for i, rank := range ranks {
				sorted[rank] = c.cells[i]
			}
			if numeric != c.numeric || !slices.Equal(sorted, c.want) {
				t.Errorf("sorted %q, numeric %v, want %q, %v", sorted, numeric, c.want, c.numeric)
			}
		})
	}
}

func TestTablesAreSafeToShow(t *testing.T) {
	page := DataTable{Header: []string{"<a>"}, Rows: [][]string{{"<script>x</script>"}, {`"&"`}}}.HTML()
	for _, want := range []string{"&lt;a&gt;", "<td style=\"text-align: left\">&lt;script&gt;x&lt;/script&gt;</td>", "&#34;&amp;&#34;", `<tr style="--c1: 1;">`, `<tr style="--c1: 0;">`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("the page has a script")
	}
}
