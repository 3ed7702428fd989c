package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"

	"longseq/internal/nearmiss"
)

// Decode decodes the only document of a text, YAML or JSON, into the struct that into points to. The name stands for the
// file in messages. Unknown and repeated keys are errors, as are fractions for whole numbers.
func Decode(name string, text []byte, into any) error {
	err := decode(text, into)
	if err == nil {
		err = checkWhole(text, into)
	}
	if err != nil {
		return atPosition(name, err, into)
	}
	return nil
}

// decode decodes the only document of a YAML text; unknown and repeated keys are errors.
func decode(text []byte, into any) (err error) {
	if err := CheckNesting(text); err != nil {
		return err
	}
	defer func() { // the parser is not ours, and this is a user's text
		if recover() != nil {
			err = errors.New("the YAML parser cannot read it; is a tag such as !!binary in it, or a value of the wrong kind?")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text), yaml.DisallowUnknownField())
	if err := decoder.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the file is empty")
		}
		return err
	}
	var more any
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return errors.New("more than one document; want one")
	}
	return nil
}

// atPosition puts a decoder's error into one line: file:line:column, the mistake, and the nearest known key.
func atPosition(name string, err error, into any) error {
	var at yaml.Error
	if !errors.As(err, &at) {
		return fmt.Errorf("%s: %s", name, oneLine(err.Error()))
	}
	place, key := name, ""
	if token := at.GetToken(); token != nil {
		if p := token.Position; p != nil {
			place = fmt.Sprintf("%s:%d:%d", name, p.Line, p.Column)
		}
		key = token.Value
	}
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		return fmt.Errorf("%s: %w", place, nearmiss.Unknown("key", key, keysOf(into)))
	}
	return fmt.Errorf("%s: %s", place, oneLine(at.GetMessage()))
}

// keysOf returns the YAML keys of the struct that into points to.
func keysOf(into any) []string {
	t := reflect.TypeOf(into).Elem()
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i], _, _ = strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
	}
	return keys
}
