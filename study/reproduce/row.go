package reproduce

import "fmt"

// A Row is a line of the paper's table with the headings of its cells.
type Row struct {
	Name    string
	Columns []string
	Cells   []Cell
}

// Rows lays cells out as the paper does: by length in Tables 1 and 6 to 18, by depth in Tables 2 and 3, and in
// Table 4 a row a length, by format and depth.
func (a Asked) Rows(cells []Cell) []Row {
	var rows []Row
	for _, c := range cells {
		name, column := a.Model.Name, fmt.Sprint(c.Length)
		switch {
		case c.Average:
			column = "average"
		case a.Table == 2 || a.Table == 3:
			name, column = fmt.Sprintf("%s at %d, depth", a.Model.Name, c.Length), fmt.Sprintf("%d%%", c.Depth)
		case a.Table == 4:
			name, column = fmt.Sprintf("%s at %d", a.Model.Name, c.Length), fmt.Sprintf("%s %d%%", c.Format, c.Depth)
		}
		n := len(rows)
		if n == 0 || rows[n-1].Name != name && !c.Average {
			rows = append(rows, Row{Name: name})
			n++
		}
		rows[n-1].Columns = append(rows[n-1].Columns, column)
		rows[n-1].Cells = append(rows[n-1].Cells, c)
	}
	return rows
}
