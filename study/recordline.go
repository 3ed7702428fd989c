package study

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"unicode/utf8"

	"longseq/data"
)

// checksumKey is the last key of a line of schema version 2 or later. Its value is the CRC-32C (Castagnoli) of the
// line's bytes before the key, as 8 hexadecimal digits.
const checksumKey = "crc32c"

// castagnoli is the polynomial of CRC-32C, which processors compute.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// withChecksum ends an object with its checksum.
func withChecksum(object []byte) []byte {
	object = append(object, ',')
	return fmt.Appendf(object, `"%s":"%08x"}`, checksumKey, crc32.Checksum(object, castagnoli))
}

// checksumLength is the number of bytes that withChecksum adds after the comma.
const checksumLength = len(`"crc32c":"01234567"}`)

// cutChecksum returns a line without its checksum, from the brace to before the comma, and whether it has one. It is an
// error if it does not fit.
func cutChecksum(line []byte) (object []byte, has bool, err error) {
	cut := len(line) - checksumLength
	if cut < 2 || line[cut-1] != ',' || !bytes.HasPrefix(line[cut:], []byte(`"`+checksumKey+`":"`)) || line[len(line)-1] != '}' {
		return line, false, nil
	}
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum(line[:cut], castagnoli))
	var digits [8]byte
	hex.Encode(digits[:], sum[:])
	if at := len(line) - len(`01234567"}`); string(line[at:at+8]) != string(digits[:]) || line[at+8] != '"' {
		return nil, true, errors.New("its checksum does not fit: the line was changed or damaged")
	}
	return line[:cut-1], true, nil
}

// recordReader reads records. Texts that records share are kept once.
type recordReader struct {
	last, now  Record
	shared     *shared // nil: nothing is kept to be shared
	computedBy []byte  // the JSON that last.ComputedBy was read from
	checked    bool    // whether the last line had a checksum
}

// alone returns the value of a JSON string that few records share.
func (d *recordReader) alone(value []byte) (string, error) {
	inner, err := contents(value)
	if err != nil {
		return "", err
	}
	if d.shared == nil {
		return string(inner), nil
	}
	return d.shared.keep(inner), nil
}

// text returns a JSON string's value.
func (d *recordReader) text(value []byte) (string, error) {
	inner, err := contents(value)
	if err != nil {
		return "", err
	}
	if d.shared == nil {
		return string(inner), nil
	}
	return d.shared.text(inner), nil
}

// list returns the value of a JSON array of strings.
func (d *recordReader) list(value []byte) ([]string, error) {
	if d.shared == nil {
		return texts(value, nil, d.text)
	}
	l := &d.shared.lists[slot(value)]
	if l.list == nil || !bytes.Equal(l.json, value) {
		lines := d.shared.lines
		if cap(lines)-len(lines) < 8 {
			lines = make([]string, 0, roomSize/16)
		}
		list, err := texts(value, lines[len(lines):], d.text)
		if err != nil {
			return nil, err
		}
		d.shared.lines = lines[:min(len(lines)+len(list), cap(lines))]
		l.json, l.list = append(l.json[:0], value...), slices.Clip(list)
	}
	return l.list, nil
}

// read reads a line without its newline.
func (d *recordReader) read(line []byte) (Record, error) {
	object, checked, err := cutChecksum(line)
	d.checked = checked
	switch {
	case err != nil:
		return Record{}, err
	case !utf8.Valid(line):
		return Record{}, errors.New("not UTF-8")
	case !checked:
		object = bytes.TrimSpace(line)
		if len(object) < 2 || object[len(object)-1] != '}' {
			return Record{}, errors.New("not a record: not a whole JSON object")
		}
		object = object[:len(object)-1]
	}
	if object[0] != '{' {
		return Record{}, errors.New("not a record: not a whole JSON object")
	}
	d.now = Record{Sample: -1, Score: math.NaN(), Depth: data.AnyDepth, LogProb: math.NaN()}
	r := &d.now
	version, err := d.members(r, object[1:])
	switch {
	case version == 0 && err == nil:
		return Record{}, errors.New("not a record: no schema version v")
	case version > 1 && !checked:
		return Record{}, errors.New("not a record: no checksum")
	case version > RecordVersion:
		return Record{}, fmt.Errorf("record of schema version %d; this program knows %d: %w", version, RecordVersion, errNewer)
	case err != nil:
		return Record{}, err
	}
	if err := r.check(); err != nil {
		return Record{}, err
	}
	d.last = *r
	return *r, nil
}

// members reads the keys and values of an object without its braces.
func (d *recordReader) members(r *Record, text []byte) (version int, err error) {
	var seen uint64    // bits of keys
	var variant []byte // of the sample in version 1, else of the model
	for text = skipSpace(text); ; text = skipSpace(text[1:]) {
		name, rest, ok := cutValue(text)
		rest = skipSpace(rest)
		if !ok || name[0] != '"' || len(rest) == 0 || rest[0] != ':' {
			return version, errors.New("not JSON: no key")
		}
		key, err := contents(name)
		if err != nil {
			return version, err
		}
		value, rest, ok := cutValue(skipSpace(rest[1:]))
		if !ok {
			return version, fmt.Errorf("not JSON: no value of %.40q", key)
		}
		bit, err := d.set(r, &version, &variant, key, value)
		if err != nil {
			return version, fmt.Errorf("not a record: %.40q: %w", key, err)
		}
		if seen&bit != 0 {
			return version, fmt.Errorf("not a record: %.40q is there twice", key)
		}
		seen |= bit
		if text = skipSpace(rest); len(text) == 0 {
			break
		}
		if text[0] != ',' {
			return version, errors.New("not JSON: no comma between two keys")
		}
	}
	if variant != nil {
		of := &r.Variant
		if version == 1 {
			of = &r.SampleVariant
		}
		if *of != "" {
			return version, errors.New("not a record: both variant and sample_variant in schema version 1")
		}
		*of, err = unquote(variant, d.last.Variant)
	}
	return version, err
}

// set sets what a key says, and returns the key's bit; an unknown key has none.
func (d *recordReader) set(r *Record, version *int, variant *[]byte, key, value []byte) (bit uint64, err error) {
	last := &d.last
	switch string(key) {
	case "v":
		*version, err = integer(value)
		if *version < 1 && err == nil {
			err = errors.New("want a schema version of 1 or more")
		}
		return 1 << 0, err
	case "cell":
		r.Cell, err = unquote(value, last.Cell)
		return 1 << 1, err
	case "sample":
		r.Sample, err = integer(value)
		return 1 << 2, err
	case "model":
		r.Model, err = unquote(value, last.Model)
		return 1 << 3, err
	case "variant":
		*variant = value
		return 1 << 4, nil
	case "task":
		r.Task, err = unquote(value, last.Task)
		return 1 << 5, err
	case "length":
		r.Length, err = integer(value)
		return 1 << 6, err
	case "depth":
		r.Depth, err = number(value)
		if r.Depth == data.AnyDepth {
			err = fmt.Errorf("depth %v is not a percent", r.Depth)
		}
		return 1 << 7, err
	case "format":
		r.Format, err = unquote(value, last.Format)
		return 1 << 8, err
	case "distance":
		r.Distance, err = integer(value)
		return 1 << 9, err
	case "extend":
		r.Extend, err = unquote(value, last.Extend)
		return 1 << 10, err
	case "seed":
		r.Seed, err = integer64(value)
		return 1 << 11, err
	case "train_seed":
		r.TrainSeed, err = integer64(value)
		return 1 << 12, err
	case "prompt":
		r.Prompt, err = d.alone(value)
		return 1 << 13, err
	case "answer":
		r.Answer, err = d.list(value)
		return 1 << 14, err
	case "prediction":
		r.Prediction, err = d.text(value)
		return 1 << 15, err
	case "score":
		r.Score, err = number(value)
		return 1 << 16, err
	case "failure":
		r.Failure, err = unquote(value, last.Failure)
		return 1 << 17, err
	case "sample_variant":
		r.SampleVariant, err = unquote(value, last.SampleVariant)
		return 1 << 18, err
	case "logprob":
		r.LogProb, err = number(value)
		return 1 << 19, err
	case "rank":
		r.Rank, err = integer(value)
		return 1 << 20, err
	case "prompt_tokens":
		r.PromptTokens, err = integer(value)
		return 1 << 21, err
	case "tokens_read":
		r.TokensRead, err = integer(value)
		return 1 << 22, err
	case "prefill_s":
		s, err := number(value)
		r.Prefill = seconds(s)
		return 1 << 23, err
	case "decode_s":
		s, err := number(value)
		r.Decode = seconds(s)
		return 1 << 24, err
	case "computed_by":
		if r.ComputedBy = last.ComputedBy; !bytes.Equal(value, d.computedBy) {
			r.ComputedBy, d.computedBy = ComputedBy{}, nil
			if err = json.Unmarshal(value, &r.ComputedBy); err == nil {
				d.computedBy = slices.Clone(value)
			}
		}
		return 1 << 25, err
	case "host":
		r.Host, err = unquote(value, last.Host)
		return 1 << 26, err
	case "time":
		return 1 << 27, r.Time.UnmarshalJSON(value)
	case checksumKey:
		return 0, errors.New("it is not the last key, or not a checksum")
	}
	if _, twice := r.Extra[string(key)]; twice {
		return 0, errors.New("it is there twice")
	}
	if !json.Valid(value) {
		return 0, errors.New("not JSON")
	}
	if r.Extra == nil {
		r.Extra = make(map[string]json.RawMessage)
	}
	r.Extra[string(key)] = slices.Clone(value)
	return 0, nil
}
