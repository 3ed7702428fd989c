// Package datafile reads the files that users supply: plain or packed by gzip, and JSON whose mistakes it
// explains in JSON's own words.
package datafile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"longseq/internal/input"
)

// maxBytes bounds what Read reads of one file, unpacked. The largest published file, RULER's
// hotpotqa.json, has 61 MB.
const maxBytes = 1 << 28

// unpacked is a file that is read through gzip.
type unpacked struct {
	io.Reader
	io.Closer
}

// Open opens a file or a pipe for reading, see [input.Open]. It unpacks a file whose name ends in .gz. The caller
// closes it. Errors name the file.
func Open(path string) (io.ReadCloser, error) {
	file, err := input.Open(path)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(path, ".gz") {
		return file, nil
	}
	plain, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return unpacked{plain, file}, nil
}

// Read returns the content of a file, unpacked, and its SHA-256 in hexadecimal digits. A file of more
// than 256 MiB is an error. Errors name the file.
func Read(path string) (content []byte, digest string, err error) {
	file, err := Open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	if plain, ok := file.(*os.File); ok {
		if info, err := plain.Stat(); err == nil && info.Size() > maxBytes {
			return nil, "", fmt.Errorf("%s has %d bytes: the limit is %d", path, info.Size(), maxBytes)
		}
	}
	content, err = io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	if len(content) > maxBytes {
		return nil, "", fmt.Errorf("%s: more than %d bytes", path, maxBytes)
	}
	return content, fmt.Sprintf("%x", sha256.Sum256(content)), nil
}

// UnmarshalJSON decodes one JSON value. Anything after the value is an error.
func UnmarshalJSON(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("not the JSON it should be: %w", ExplainJSON(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("not the JSON it should be: something follows the value")
	}
	return nil
}

// ExplainJSON returns an error of package json for a value of the wrong type in JSON's words ("number as
// text at byte 9: want a string"), and any other error as it is.
func ExplainJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	want := "a number"
	switch wrong.Type.Kind() {
	case reflect.Struct, reflect.Map:
		want = "an object"
	case reflect.Slice:
		want = "a list"
	case reflect.String:
		want = "a string"
	case reflect.Bool:
		want = "true or false"
	}
	got := wrong.Value
	if wrong.Field != "" {
		got += " as " + strings.ToLower(wrong.Field)
	}
	return fmt.Errorf("%s at byte %d: want %s", got, wrong.Offset, want)
}
