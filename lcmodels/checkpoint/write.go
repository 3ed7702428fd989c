package checkpoint

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"longseq/internal/durable"
)

// WriteSafetensors writes a safetensors file: path holds the complete file or is left as it was. Equal
// arguments give equal bytes. Tensors are in the order of safetensors' own writer: wider types first, then by name.
func WriteSafetensors(path string, tensors []Tensor, metadata map[string]string) error {
	ordered := slices.SortedFunc(slices.Values(tensors), func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(dtypes[b.DType].order, dtypes[a.DType].order), cmp.Compare(a.Name, b.Name))
	})
	entries := make([]entry, len(ordered))
	for i, t := range ordered {
		entries[i] = entry{t.Name, t.DType, t.Shape}
	}
	header, err := safetensorsHeader(entries, metadata)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := durable.Create(path, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer f.Cleanup()
	w := bufio.NewWriterSize(f, 1<<18) // keeps the first error for Flush
	w.Write(header)
	for _, t := range ordered {
		w.Write(t.Bytes())
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// entry describes a tensor in the header.
type entry struct {
	name  string
	dtype DType
	shape []int
}

// safetensorsHeader returns the header of a file that holds the values of entries in this order: the length of the
// JSON, and the JSON padded to a multiple of eight bytes.
func safetensorsHeader(entries []entry, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	field := func(key string, value any) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		for i, v := range []any{key, value} {
			if i == 1 {
				b.WriteByte(':')
			}
			enc.Encode(v) // strings, numbers and maps of them cannot fail
			b.Truncate(b.Len() - 1)
		}
	}
	b.WriteByte('{')
	if len(metadata) > 0 {
		field("__metadata__", metadata)
	}
	at := 0
	seen := make(map[string]bool)
	for _, e := range entries {
		if seen[e.name] || e.name == "__metadata__" {
			return nil, fmt.Errorf("tensor %q is given twice or has a reserved name", e.name)
		}
		seen[e.name] = true
		n, err := volume(e.shape)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", e.name, err)
		}
		end := at + n*e.dtype.Bytes()
		shape := e.shape
		if shape == nil {
			shape = []int{}
		}
		field(e.name, safetensorsInfo{DType: e.dtype, Shape: shape, DataOffsets: []int{at, end}})
		at = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(b.Len())), b.Bytes()...), nil
}
