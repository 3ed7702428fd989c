package strictyaml

import (
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// checkWhole returns an error for a fraction where the struct that into points to has a whole number. The decoder would
// cut it. The text must be one that decodes into the struct.
func checkWhole(text []byte, into any) error {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return err
	}
	for _, doc := range file.Docs {
		if err := wholeIn(doc.Body, reflect.TypeOf(into).Elem()); err != nil {
			return err
		}
	}
	return nil
}

// wholeIn is checkWhole for a node that was decoded into a value of type t.
func wholeIn(node ast.Node, t reflect.Type) error {
	switch n := node.(type) {
	case *ast.AnchorNode:
		return wholeIn(n.Value, t)
	case *ast.TagNode:
		return wholeIn(n.Value, t)
	case *ast.MappingNode:
		for _, entry := range n.Values {
			if err := wholeIn(entry, t); err != nil {
				return err
			}
		}
	case *ast.MappingValueNode:
		if field, ok := fieldOf(t, n.Key.GetToken().Value); ok {
			return wholeIn(n.Value, field)
		}
	case *ast.SequenceNode:
		if t.Kind() == reflect.Slice {
			for _, value := range n.Values {
				if err := wholeIn(value, t.Elem()); err != nil {
					return err
				}
			}
		}
	case *ast.FloatNode:
		return whole(n.Value, t, n.Token)
	case *ast.StringNode: // the decoder takes a number in quotes too
		if value, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return whole(value, t, n.Token)
		}
	}
	return nil
}

// fieldOf returns the type of the field of a struct that a YAML key names.
func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() != reflect.Struct {
		return nil, false
	}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name == key {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}

// whole returns an error if a number is a fraction and t a type of whole numbers.
func whole(value float64, t reflect.Type, at *token.Token) error {
	if (t.Kind() != reflect.Int && t.Kind() != reflect.Int64) || value == math.Trunc(value) {
		return nil
	}
	return &yaml.SyntaxError{Message: "want a whole number, not " + at.Value, Token: at}
}
