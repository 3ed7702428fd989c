package study

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"

	"longseq/internal/input"
	"longseq/internal/nearmiss"
	"longseq/internal/strictyaml"
)

// maxPlan is the limit of a plan file in bytes.
const maxPlan = 1 << 20

// ReadPlan reads a plan file of at most 1 MiB, YAML or JSON, and validates it. Every error names the file; an
// unknown key or a value of the wrong kind is named with its line and column.
func ReadPlan(path string) (Plan, error) {
	text, err := input.Read(path, maxPlan)
	if err != nil {
		return Plan{}, fmt.Errorf("read plan: %w", err)
	}
	plan, err := ParsePlan(path, text)
	if err != nil {
		return Plan{}, err
	}
	if err := plan.Validate(); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}

// ParsePlan decodes a plan from YAML or JSON without validating its values. The name stands for
// the file in messages.
func ParsePlan(name string, text []byte) (Plan, error) {
	var plan Plan
	err := decodeStrictly(text, &plan)
	if err == nil {
		err = checkWhole(text, &plan)
	}
	if err != nil {
		return Plan{}, atPosition(name, err, &plan)
	}
	return plan, nil
}

// decodeStrictly decodes the only document of a YAML text; unknown and repeated keys are errors.
func decodeStrictly(text []byte, into any) (err error) {
	if err := strictyaml.CheckNesting(text); err != nil {
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

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// keysOf returns the YAML keys of the struct that into points to.
func keysOf(into any) []string {
	t := reflect.TypeOf(into).Elem()
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i], _, _ = strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
	}
	return keys
}
