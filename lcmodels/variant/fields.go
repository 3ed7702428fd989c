package variant

import (
	"encoding/json"
	"reflect"

	"longseq/internal/jsonfield"
	"longseq/lcmodels"
)

// A Field is a field of a configuration.
type Field struct {
	jsonfield.Field
	Meaning string // a line; empty for a field of an architecture of another package
}

// Fields lists the fields of a configuration in the order of its source, with their values.
func Fields(a lcmodels.Architecture) []Field {
	var all []Field
	for _, f := range jsonfield.Of(a) {
		all = append(all, Field{f, meanings[f.Path]})
	}
	return all
}

// Set returns the architecture with the field of that path, as in config.json, set to a JSON value. It is not validated:
// several fields may have to change together. An unknown path and a value of another type are errors.
func Set(a lcmodels.Architecture, path string, value json.RawMessage) (lcmodels.Architecture, error) {
	changed := reflect.New(reflect.TypeOf(a))
	changed.Elem().Set(reflect.ValueOf(a))
	if err := jsonfield.Set("field of "+a.Name()+"'s config", changed.Interface(), path, value); err != nil {
		return nil, err
	}
	return changed.Elem().Interface().(lcmodels.Architecture), nil
}
