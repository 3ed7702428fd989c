package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// maxHeader is the format's limit for the size of a header, in bytes.
const maxHeader = 100_000_000

// safetensorsInfo is one entry of the header.
type safetensorsInfo struct {
	DType       DType `json:"dtype"`
	Shape       []int `json:"shape"`
	DataOffsets []int `json:"data_offsets"`
}

// looksLikeSafetensors reports whether a JSON object begins at the ninth byte.
func looksLikeSafetensors(data []byte) bool { return len(data) > 8 && data[8] == '{' }

// readSafetensors reads a file of the form
//
//	u64 N, N bytes of JSON {name: {dtype, shape, data_offsets}, ...}, data
//
// (little-endian). The tensors must cover the data without holes or overlaps.
func readSafetensors(data []byte) ([]Tensor, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("safetensors: %d bytes are too few", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	if n > maxHeader || n > uint64(len(data)-8) {
		return nil, fmt.Errorf("safetensors: header of %d bytes in a file of %d (the limit is %d)", n, len(data), maxHeader)
	}
	infos, err := parseSafetensorsHeader(data[8 : 8+n])
	if err != nil {
		return nil, fmt.Errorf("safetensors header: %w", err)
	}
	data = data[8+n:]
	tensors := make([]Tensor, 0, len(infos))
	for _, name := range slices.Sorted(maps.Keys(infos)) {
		t, err := infos[name].tensor(name, data)
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, checkCoverage(infos, len(data))
}

// parseSafetensorsHeader parses the JSON of a header. A name that occurs twice is an error.
func parseSafetensorsHeader(header []byte) (map[string]safetensorsInfo, error) {
	if !utf8.Valid(header) {
		return nil, errors.New("not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(header))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	infos := make(map[string]safetensorsInfo)
	seen := make(map[string]bool)
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, jsonError(err)
		}
		name := token.(string) // the decoder returns no other type for a key
		if seen[name] {
			return nil, fmt.Errorf("tensor %q is named twice", name)
		}
		seen[name] = true
		if name == "__metadata__" {
			var metadata map[string]string
			if err := dec.Decode(&metadata); err != nil {
				return nil, fmt.Errorf("__metadata__: %w", jsonError(err))
			}
			continue
		}
		var info safetensorsInfo
		if err := dec.Decode(&info); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, jsonError(err))
		}
		infos[name] = info
	}
	if _, err := dec.Token(); err != nil {
		return nil, jsonError(err)
	}
	if rest := bytes.TrimRight(header[dec.InputOffset():], " \t\r\n\x00"); len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes after the JSON object", len(rest))
	}
	return infos, nil
}

// tensor returns the tensor of an entry, and an error if the entry contradicts itself or the size of the data.
func (info safetensorsInfo) tensor(name string, data []byte) (Tensor, error) {
	fail := func(format string, args ...any) (Tensor, error) {
		return Tensor{}, fmt.Errorf("tensor %q: "+format, append([]any{name}, args...)...)
	}
	size := info.DType.Bytes()
	if size == 0 {
		return fail("unknown dtype %q", info.DType)
	}
	if info.Shape == nil || len(info.DataOffsets) != 2 {
		return fail("needs dtype, shape and two data_offsets")
	}
	n, err := volume(info.Shape)
	if err != nil {
		return fail("%w", err)
	}
	begin, end := info.DataOffsets[0], info.DataOffsets[1]
	if begin < 0 || end < begin || end > len(data) {
		return fail("data_offsets [%d, %d] are outside the %d bytes of data", begin, end, len(data))
	}
	if n > math.MaxInt/size || end-begin != n*size {
		return fail("%d bytes at data_offsets [%d, %d] are not shape %v of %s", end-begin, begin, end, info.Shape, info.DType)
	}
	return Tensor{
		Name: name, DType: info.DType, Shape: info.Shape,
		storage: data[begin:end:end], strides: rowMajor(info.Shape),
	}, nil
}

// checkCoverage returns an error if the tensors do not cover size bytes of data without holes and overlaps.
func checkCoverage(infos map[string]safetensorsInfo, size int) error {
	names := slices.Collect(maps.Keys(infos))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(slices.Compare(infos[a].DataOffsets, infos[b].DataOffsets), cmp.Compare(a, b))
	})
	at := 0
	for _, name := range names {
		begin, end := infos[name].DataOffsets[0], infos[name].DataOffsets[1]
		if begin != at {
			return fmt.Errorf("tensor %q: data begins at %d, the tensor before it ends at %d", name, begin, at)
		}
		at = end
	}
	if at != size {
		return fmt.Errorf("safetensors: %d bytes of data, the tensors end at %d", size, at)
	}
	return nil
}

// jsonError replaces the decoder's errors at the end of its input, "EOF" and "unexpected EOF".
func jsonError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("unexpected end of JSON")
	}
	return err
}
