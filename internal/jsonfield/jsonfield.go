// Package jsonfield lists and sets fields of a struct by their paths in its JSON: "ssm_cfg.d_state".
package jsonfield

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"longseq/internal/nearmiss"
)

// A Field is a field that JSON has as a single value or a list, with its path through the structs around it.
type Field struct {
	Path  string
	Type  string // for the reader: "whole number", "number", "true or false", "text", "list of whole numbers"
	Value any    // in the struct it was listed from
}

// Of lists the fields of a struct in the order of its source.
func Of(value any) []Field {
	var all []Field
	walk(reflect.ValueOf(value), "", func(path string, v reflect.Value) {
		all = append(all, Field{path, kind(v.Type()), v.Interface()})
	})
	return all
}

// walk visits the fields that are not structs, or that read their JSON themselves.
func walk(v reflect.Value, prefix string, visit func(path string, v reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			walk(v.Field(i), prefix, visit)
			continue
		}
		if !f.IsExported() || name == "" || name == "-" {
			continue
		}
		if f.Type.Kind() == reflect.Struct && !reflect.PointerTo(f.Type).Implements(unmarshaler) {
			walk(v.Field(i), prefix+name+".", visit)
			continue
		}
		visit(prefix+name, v.Field(i))
	}
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func kind(t reflect.Type) string {
	if t.Kind() == reflect.Pointer { // of a value that may be absent
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "whole number"
	case reflect.Float64, reflect.Float32:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Slice:
		switch of := kind(t.Elem()); of {
		case "text":
			return "list of texts"
		default:
			return "list of " + of + "s"
		}
	case reflect.Array:
		return fmt.Sprintf("list of %d %ss", t.Len(), kind(t.Elem()))
	}
	return t.String()
}

// Set sets the field of that path, in the struct that into points to, to a JSON value. An unknown path is an error with
// the near miss, a value of another type one that says the type. what names the kind of path: "config field".
func Set(what string, into any, path string, value json.RawMessage) error {
	var field reflect.Value
	var known []string
	walk(reflect.ValueOf(into).Elem(), "", func(at string, v reflect.Value) {
		known = append(known, at)
		if at == path {
			field = v
		}
	})
	if !field.IsValid() {
		return nearmiss.Unknown(what, path, known)
	}
	fresh := reflect.New(field.Type()) // a list must not share the memory of the one before
	err := errors.New("null")
	if string(value) != "null" {
		err = json.Unmarshal(value, fresh.Interface())
	}
	if err != nil {
		return fmt.Errorf("%s is %.60s; want a %s", path, value, kind(field.Type()))
	}
	field.Set(fresh.Elem())
	return nil
}

// Get returns the value of the field of that path, and whether there is one.
func Get(value any, path string) (found any, ok bool) {
	walk(reflect.ValueOf(value), "", func(at string, v reflect.Value) {
		if at == path {
			found, ok = v.Interface(), true
		}
	})
	return found, ok
}
