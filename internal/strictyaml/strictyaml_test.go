package strictyaml

import (
	"strings"
	"testing"
)

type sample struct {
	Name   string    `yaml:"name"`
	Sizes  []int     `yaml:"sizes"`
	Rate   float64   `yaml:"rate"`
	Depths []float64 `yaml:"depths"`
	On     bool      `yaml:"on"`
}

func TestAStructIsReadByItsKeys(t *testing.T) {
	v, err := Parse("f.yaml", []byte("name: a # a comment\nsizes: [1, 2]\nrate: 3.0e-3\ndepths: [0, 12.5]\non: true\n"))
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	if err := v.Struct("sample", &s); err != nil {
		t.Fatal(err)
	}
	if s.Name != "a" || len(s.Sizes) != 2 || s.Rate != 0.003 || s.Depths[1] != 12.5 || !s.On {
		t.Errorf("read as %+v", s)
	}
}

func TestMistakesHaveALineAndAColumn(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "f.yaml: the file is empty"},
		{"# nothing\n", "f.yaml: the file is empty"},
		{"name: a\nsize: [1]", `f.yaml:2:1: unknown key "size"; did you mean "sizes"?`},
		{"name: a\nsizes: [1.5]", "f.yaml:2:8: [1.5]; want a list, each a whole number"},
		{"sizes: 1", "f.yaml:1:8: 1; want a list, each a whole number"},
		{"rate: fast", `f.yaml:1:7: "fast"; want a number`},
		{"rate:", "want a number"},
		{"on: 1", "f.yaml:1:5: 1; want true or false"},
		{"name: a\nname: b", "f.yaml:2:1: "},
		{"[a]", "f.yaml:1:1: sample: want keys with values"},
		{"a: b\n---\nc: d", "more than one document"},
		{"name: [", "f.yaml:1:"},
	} {
		v, err := Parse("f.yaml", []byte(c.text))
		if err == nil {
			err = v.Struct("sample", &sample{})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}
