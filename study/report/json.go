package report

import "encoding/json"

// MarshalJSON returns the table as a JSON object with caption, columns, rows (name and values) and note.
func (t Table) MarshalJSON() ([]byte, error) {
	type row struct {
		Name   string       `json:"name"`
		Values []TableValue `json:"values"`
	}
	rows := make([]row, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = row(r)
	}
	return json.Marshal(struct {
		Caption string   `json:"caption"`
		Columns []string `json:"columns"`
		Rows    []row    `json:"rows"`
		Note    string   `json:"note"`
	}{t.Caption, t.Columns, rows, t.Note})
}

// MarshalJSON returns the value as a JSON object with score, low and high (percent, or nats), samples (questions), seeds, scope and, if it is
// marked, best; an effective length as [compare.Effective] is; or null where there is nothing.
func (v TableValue) MarshalJSON() ([]byte, error) {
	switch {
	case v.Reach != nil:
		return json.Marshal(v.Reach)
	case v.N == 0:
		return []byte("null"), nil
	}
	scale := 100.0
	if v.Nats {
		scale = 1
	}
	return json.Marshal(struct {
		Score   float64 `json:"score"`
		Low     float64 `json:"low"`
		High    float64 `json:"high"`
		Samples int     `json:"samples"`
		Seeds   int     `json:"seeds"`
		Scope   string  `json:"scope"`
		Best    bool    `json:"best,omitempty"`
	}{scale * v.Center, scale * v.Low, scale * v.High, v.N, v.Seeds, v.Scope(), v.Best})
}
