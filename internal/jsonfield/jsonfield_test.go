package jsonfield

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

type inner struct {
	Width int `json:"width"`
}

type outer struct {
	inner
	Name  string         `json:"name,omitempty"`
	Part  inner          `json:"part"`
	List  []int          `json:"list"`
	Pair  [2]float64     `json:"pair"`
	Own   json.Number    `json:"own"`
	Skip  int            `json:"-"`
	Other map[string]int `json:"other"`
	local int
}

func TestFieldsAreListedByTheirPaths(t *testing.T) {
	var got []string
	for _, f := range Of(outer{local: 1}) {
		got = append(got, f.Path+": "+f.Type)
	}
	want := "width: whole number, name: text, part.width: whole number, list: list of whole numbers, pair: list of 2 numbers, own: text, other: map[string]int"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("fields %s", s)
	}
}

func TestAFieldIsSetByItsPath(t *testing.T) {
	shared := []int{1, 2}
	o := outer{List: shared}
	for path, value := range map[string]string{"width": "3", "part.width": "4", "list": "[5, 6]", "name": `"x"`} {
		if err := Set("field", &o, path, json.RawMessage(value)); err != nil {
			t.Error(err)
		}
	}
	if got := fmt.Sprintln(o.Width, o.Part.Width, o.List, o.Name, shared); got != "3 4 [5 6] x [1 2]\n" {
		t.Errorf("set to %s", got)
	}
	if v, ok := Get(o, "part.width"); !ok || v != 4 {
		t.Errorf("part.width is %v, %t", v, ok)
	}
	for path, want := range map[string]string{"part": "unknown field", "widht": `did you mean "width"`, "list": "want a list of whole numbers"} {
		if err := Set("field", &o, path, json.RawMessage("null")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
