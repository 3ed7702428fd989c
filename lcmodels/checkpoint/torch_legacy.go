package checkpoint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// legacyMagic is the pickle of the number 0x1950a86a20f9469cfc6c, with which a legacy file begins.
var legacyMagic = []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")

const legacyProtocol = 1001

// readTorchLegacy reads the format of torch.save before PyTorch 1.6: five pickles (magic number, protocol, a
// description of the writer's machine, the object, the keys of the storages), then for each storage its number of
// values as u64 and the values.
func readTorchLegacy(data []byte) ([]Tensor, error) {
	storages := make(map[string]*storage)
	persistent := func(id tuple) (any, error) {
		key, s, err := parseStorageID(id)
		if err != nil {
			return nil, err
		}
		if known := storages[key]; known != nil {
			return known.as(s)
		}
		storages[key] = s
		return s, nil
	}
	rest := data
	next := func() (value any, err error) {
		value, rest, err = unpickle(rest, persistent)
		return value, err
	}
	if _, err := next(); err != nil { // the magic number
		return nil, err
	}
	if protocol, err := next(); err != nil || protocol != legacyProtocol {
		return nil, fmt.Errorf("PyTorch legacy format: protocol is not %d", legacyProtocol)
	}
	machine, err := next()
	if err != nil {
		return nil, err
	}
	if !littleEndian(machine) {
		return nil, errors.New("PyTorch legacy format: not written on a little-endian machine")
	}
	root, err := next()
	if err != nil {
		return nil, err
	}
	keys, err := next()
	if err != nil {
		return nil, err
	}
	order, ok := keys.(*list)
	if !ok {
		return nil, errors.New("PyTorch legacy format: no list of storages")
	}
	for _, k := range order.items {
		if rest, err = fillStorage(storages, k, rest); err != nil {
			return nil, fmt.Errorf("PyTorch legacy format: %w", err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(storages)) {
		if s := storages[key]; s.data == nil && s.size > 0 {
			return nil, fmt.Errorf("PyTorch legacy format: storage %q is not in the file", key)
		}
	}
	return stateDict(root)
}

func looksLikeTorchLegacy(data []byte) bool { return bytes.HasPrefix(data, legacyMagic) }

// littleEndian reports whether the description of the writer's machine says that it is little-endian.
func littleEndian(machine any) bool {
	d, ok := machine.(*dict)
	if !ok {
		return false
	}
	for i, k := range d.keys {
		if k == "little_endian" {
			return d.values[i] == true
		}
	}
	return false
}

// fillStorage reads the values of the storage with that key from the front of data and returns the rest.
func fillStorage(storages map[string]*storage, key any, data []byte) (rest []byte, err error) {
	name, ok := key.(string)
	if !ok {
		return nil, errors.New("key of a storage is not a string")
	}
	s := storages[name]
	if s == nil {
		return nil, fmt.Errorf("storage %q belongs to no tensor", name)
	}
	if len(data) < 8 {
		return nil, fmt.Errorf("storage %q: %w", name, errTruncated)
	}
	size := binary.LittleEndian.Uint64(data)
	data = data[8:]
	if size != uint64(s.size) {
		return nil, fmt.Errorf("storage %q has %d values, its tensors need %d", name, size, s.size)
	}
	n := s.size * s.dtype.Bytes()
	if n > len(data) {
		return nil, fmt.Errorf("storage %q of %d bytes reaches past the end of the file", name, n)
	}
	s.data = data[:n:n]
	return data[n:], nil
}
