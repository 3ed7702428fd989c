// Package strictyaml reads YAML so that every mistake is named with its file, line and column: an unknown or repeated key, and
// a value of the wrong kind. [Decode] fills a struct, [Parse] returns values that are read key by key.
package strictyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"longseq/internal/nearmiss"
)

// A Value is a node of a document.
type Value struct {
	name string // of the file
	node ast.Node
}

// An Entry is a key of a map with its value.
type Entry struct {
	Key   string
	Value Value
	at    Value
}

// Parse parses a text with one document. The name stands for the file in messages.
func Parse(name string, text []byte) (v Value, err error) {
	if err := CheckNesting(text); err != nil {
		return Value{}, fmt.Errorf("%s: %w", name, err)
	}
	defer func() { // the parser is not ours, and this is a user's text
		if recover() != nil {
			err = fmt.Errorf("%s: the YAML parser cannot read it", name)
		}
	}()
	file, err := parser.ParseBytes(text, 0)
	var at yaml.Error
	switch {
	case errors.As(err, &at) && at.GetToken() != nil:
		p := at.GetToken().Position
		return Value{}, fmt.Errorf("%s:%d:%d: %s", name, p.Line, p.Column, oneLine(at.GetMessage()))
	case err != nil:
		return Value{}, fmt.Errorf("%s: %s", name, oneLine(err.Error()))
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d.Body)
		}
	}
	switch len(docs) {
	case 0:
		return Value{}, fmt.Errorf("%s: the file is empty", name)
	case 1:
		return Value{name, docs[0]}, nil
	}
	return Value{}, fmt.Errorf("%s: more than one document; want one", name)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Errorf returns an error at the value's line and column.
func (v Value) Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if v.node == nil || v.node.GetToken() == nil || v.node.GetToken().Position == nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	p := v.node.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %w", v.name, p.Line, p.Column, err)
}

// Map returns the entries of a map in their order. A key that is there twice is an error. what says what the map is.
func (v Value) Map(what string) ([]Entry, error) {
	var nodes []*ast.MappingValueNode
	switch n := v.node.(type) {
	case *ast.MappingNode:
		nodes = n.Values
	case *ast.MappingValueNode:
		nodes = append(nodes, n)
	default:
		return nil, v.Errorf("%s: want keys with values", what)
	}
	seen := map[string]bool{}
	var entries []Entry
	for _, n := range nodes {
		e := Entry{n.Key.GetToken().Value, Value{v.name, n.Value}, Value{v.name, n.Key}}
		if seen[e.Key] {
			return nil, e.at.Errorf("%q is there twice", e.Key)
		}
		seen[e.Key] = true
		entries = append(entries, e)
	}
	return entries, nil
}

// List returns the values of a list, or of a single value the value itself.
func (v Value) List() []Value {
	n, ok := v.node.(*ast.SequenceNode)
	if !ok {
		return []Value{v}
	}
	list := make([]Value, len(n.Values))
	for i, item := range n.Values {
		list[i] = Value{v.name, item}
	}
	return list
}

// IsList reports whether the value is a list.
func (v Value) IsList() bool { return v.node.Type() == ast.SequenceType }

// JSON returns the value as JSON.
func (v Value) JSON() (raw json.RawMessage, err error) {
	defer func() {
		if recover() != nil {
			err = v.Errorf("the YAML parser cannot read this value")
		}
	}()
	var value any
	if err := yaml.NewDecoder(bytes.NewReader(nil)).DecodeFromNode(v.node, &value); err != nil && !errors.Is(err, io.EOF) {
		return nil, v.Errorf("%s", oneLine(err.Error()))
	}
	raw, err = json.Marshal(value)
	if err != nil {
		return nil, v.Errorf("%s", oneLine(err.Error()))
	}
	return raw, nil
}

// Errorf returns an error at the key's line and column.
func (e Entry) Errorf(format string, args ...any) error { return e.at.Errorf(format, args...) }

// Unknown returns the error of a key that is not among the known ones, with the near miss.
func (e Entry) Unknown(known []string) error {
	return e.at.Errorf("%w", nearmiss.Unknown("key", e.Key, known))
}

// Into sets what into points to. kind says what is wanted: "a whole number".
func (v Value) Into(into any, kind string) error {
	raw, err := v.JSON()
	if err != nil {
		return err
	}
	if string(raw) == "null" || json.Unmarshal(raw, into) != nil {
		return v.Errorf("%.60s; want %s", raw, kind)
	}
	return nil
}

// Struct sets the fields of the struct that into points to by the keys of its yaml tags. what says what the map is.
func (v Value) Struct(what string, into any) error {
	entries, err := v.Map(what)
	if err != nil {
		return err
	}
	fields := reflect.ValueOf(into).Elem()
	var known []string
	at := map[string]int{}
	for i := range fields.NumField() {
		if key, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("yaml"), ","); key != "" && key != "-" {
			known = append(known, key)
			at[key] = i
		}
	}
	for _, e := range entries {
		i, ok := at[e.Key]
		if !ok {
			return e.Unknown(known)
		}
		if err := e.Value.Into(fields.Field(i).Addr().Interface(), kindOf(fields.Field(i).Type())); err != nil {
			return err
		}
	}
	return nil
}

// kindOf says what values of a type are.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "text"
	case reflect.Slice:
		return "a list, each " + kindOf(t.Elem())
	}
	return "a " + t.String()
}
