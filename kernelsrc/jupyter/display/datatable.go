package display

import (
	"cmp"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A DataTable is a table of texts. On a page the arrows in its header sort it: columns in which each cell
// begins with a number by that, others by their text. No script is needed for that, and where styles are
// left out too, as on code forges, the table is there all the same.
type DataTable struct {
	Caption string     // above the table; "" is none
	Header  []string   // titles of the columns
	Rows    [][]string // each as long as the header
	Note    string     // below the table; "" is none
}

// Show shows the table. It panics if a row is not as long as the header.
func (t DataTable) Show() {
	for i, row := range t.Rows {
		if len(row) != len(t.Header) {
			panic(fmt.Sprintf("display.DataTable: row %d has %d cells, the header %d", i+1, len(row), len(t.Header)))
		}
	}
	show("", htmlData(t.HTML(), t.Text()))
}

// rowStyle lays rows out as a grid, so that a row's place can be chosen. It only holds where a browser
// can do all of it.
const rowStyle = `@supports (grid-template-columns: subgrid) and selector(:has(a)) {
.ls-rows table {display: grid; grid-template-columns: repeat(var(--n), max-content); border: none}
.ls-rows thead, .ls-rows tbody {display: contents}
.ls-rows tr {display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; background: none !important; border-bottom: 1px solid #8884}
.ls-rows th, .ls-rows td {padding: .2em .6em}
.ls-rows thead tr {order: -1000000}
.ls-rows input {position: absolute; opacity: 0; pointer-events: none}
.ls-rows label {cursor: pointer; opacity: .35; padding-left: .2em}
.ls-rows label:has(:checked), .ls-rows label:hover, .ls-rows label:focus-within {opacity: 1}
.ls-rows .up::after {content: "▲"}
.ls-rows .down::after {content: "▼"}
`

// HTML returns the table for a page. Each row carries its rank by each column.
func (t DataTable) HTML() string {
	var b strings.Builder
	b.WriteString("<style>" + rowStyle)
	for i := range t.Header {
		chosen := fmt.Sprintf(".ls-rows:has(th:nth-child(%d) .%%s :checked) tbody tr {order: %%s}\n", i+1)
		fmt.Fprintf(&b, chosen, "up", fmt.Sprintf("var(--c%d)", i+1))
		fmt.Fprintf(&b, chosen, "down", fmt.Sprintf("calc(-1 * var(--c%d))", i+1))
	}
	fmt.Fprintf(&b, "}</style>\n<form class=\"ls-rows\" style=\"--n: %d\">", len(t.Header))
	b.WriteString(paragraph(t.Caption) + "<table>\n<thead><tr>")
	aligned := make([]string, len(t.Header))
	ranks := make([][]int, len(t.Header))
	for i, title := range t.Header {
		var numeric bool
		ranks[i], numeric = ranksBy(t.Rows, i)
		aligned[i] = "text-align: left"
		if numeric {
			aligned[i] = "text-align: right"
		}
		fmt.Fprintf(&b, `<th style="%s">%s`, aligned[i], html.EscapeString(title))
		for _, way := range []struct{ class, title string }{{"up", "ascending"}, {"down", "descending"}} {
			fmt.Fprintf(&b, `<label class="%s" title="%s"><input type="radio" name="by"></label>`, way.class, way.title)
		}
		b.WriteString("</th>")
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for at, row := range t.Rows {
		b.WriteString(`<tr style="`)
		for i := range row {
			fmt.Fprintf(&b, "--c%d: %d;", i+1, ranks[i][at])
		}
		b.WriteString(`">`)
		for i, cell := range row {
			fmt.Fprintf(&b, `<td style="%s">%s</td>`, aligned[i], html.EscapeString(cell))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table>" + paragraph(t.Note) + "</form>\n")
	return b.String()
}

// paragraph returns a text as a paragraph of a page, nothing for no text.
func paragraph(text string) string {
	if text == "" {
		return ""
	}
	return "<p>" + html.EscapeString(text) + "</p>"
}

// number is what a cell that is sorted by number begins with; commas part thousands.
var number = regexp.MustCompile(`^[-+−]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][-+]?\d+)?`)

// value returns the number that a cell begins with.
func value(cell string) (float64, bool) {
	text := number.FindString(strings.TrimSpace(cell))
	v, err := strconv.ParseFloat(strings.NewReplacer(",", "", "−", "-").Replace(text), 64)
	return v, err == nil
}

// ranksBy returns the place of each row when the table is sorted by a column, and whether that is sorted
// by number. Cells that say nothing, such as "–", do not hinder that and come first.
func ranksBy(rows [][]string, column int) (ranks []int, numeric bool) {
	numeric = true
	order := make([]int, len(rows))
	for i, row := range rows {
		order[i] = i
		if _, ok := value(row[column]); !ok && strings.Trim(row[column], " -–—") != "" {
			numeric = false
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := rows[a][column], rows[b][column]
		if !numeric {
			return cmp.Compare(x, y)
		}
		v, isV := value(x)
		w, isW := value(y)
		switch {
		case isV && isW:
			return cmp.Compare(v, w)
		case isV:
			return 1
		case isW:
			return -1
		}
		return 0
	})
	ranks = make([]int, len(rows))
	for place, row := range order {
		ranks[row] = place
	}
	return ranks, numeric
}

// Text returns the table as lines of text.
func (t DataTable) Text() string {
	lines := append([][]string{t.Header}, t.Rows...)
	width := make([]int, len(t.Header))
	for _, line := range lines {
		for i, cell := range line {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(t.Caption + "\n")
	}
	for _, line := range lines {
		var text strings.Builder
		for i, cell := range line {
			gap := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if _, numeric := ranksBy(t.Rows, i); numeric {
				text.WriteString(gap + cell + "  ")
			} else {
				text.WriteString(cell + gap + "  ")
			}
		}
		b.WriteString(strings.TrimRight(text.String(), " ") + "\n")
	}
	return b.String() + t.Note
}
