package ruler

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
)

// maxSourceBytes bounds what is read of one file, unpacked; the largest published has 61 MB.
const maxSourceBytes = 1 << 28

// unpacked is what a file holds, gzip taken off.
type unpacked struct {
	io.Reader
	io.Closer
}

// open opens a file for reading, unpacking it where its name ends in .gz. Errors name the file.
func open(path string) (unpacked, error) {
	file, err := os.Open(path)
	if err != nil {
		return unpacked{}, err
	}
	if !strings.HasSuffix(path, ".gz") {
		return unpacked{file, file}, nil
	}
	plain, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		file.Close()
		return unpacked{}, fmt.Errorf("%s: %w", path, err)
	}
	return unpacked{plain, file}, nil
}

// readFile reads a file and returns the SHA-256 of what it held, unpacked.
func readFile(path string) (content []byte, digest string, err error) {
	file, err := open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	content, err = io.ReadAll(io.LimitReader(file, maxSourceBytes+1))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	if len(content) > maxSourceBytes {
		return nil, "", fmt.Errorf("%s: more than %d bytes", path, maxSourceBytes)
	}
	return content, fmt.Sprintf("%x", sha256.Sum256(content)), nil
}

// unmarshal decodes one JSON value with nothing behind it.
func unmarshal(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("not the JSON it should be: %w", wanted(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("not the JSON it should be: something follows the value")
	}
	return nil
}

// wanted says of a JSON value of the wrong kind what is wanted in its place, in JSON's words.
func wanted(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	kind := "a number"
	switch wrong.Type.Kind() {
	case reflect.Struct, reflect.Map:
		kind = "an object"
	case reflect.Slice:
		kind = "a list"
	case reflect.String:
		kind = "a string"
	case reflect.Bool:
		kind = "true or false"
	}
	what := wrong.Value
	if wrong.Field != "" {
		what += " as " + strings.ToLower(wrong.Field)
	}
	return fmt.Errorf("%s at byte %d: want %s", what, wrong.Offset, kind)
}
