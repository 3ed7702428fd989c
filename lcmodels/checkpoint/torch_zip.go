package checkpoint

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// maxPickle limits the size of a pickle, in bytes. The pickle of a thousand tensors has 100,000.
const maxPickle = 16 << 20

// looksLikeZip reports whether data begins with the signature of a zip file.
func looksLikeZip(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// readTorchZip reads the format of torch.save since PyTorch 1.6: an uncompressed zip of a pickle "name/data.pkl" and
// the storages "name/data/key".
func readTorchZip(data []byte) ([]Tensor, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("PyTorch zip, truncated or damaged: %w", err)
	}
	entries := make(map[string]*zip.File, len(archive.File))
	prefix := ""
	for _, f := range archive.File {
		if entries[f.Name] != nil {
			return nil, fmt.Errorf("PyTorch zip: two entries are named %q", f.Name)
		}
		entries[f.Name] = f
		if strings.HasSuffix(f.Name, "/data.pkl") {
			if prefix != "" {
				return nil, fmt.Errorf("PyTorch zip: %q and %q are two pickles", prefix+"data.pkl", f.Name)
			}
			prefix = strings.TrimSuffix(f.Name, "data.pkl")
		}
	}
	if prefix == "" {
		return nil, fmt.Errorf("PyTorch zip: no entry NAME/data.pkl among its %d", len(archive.File))
	}
	if f := entries[prefix+"byteorder"]; f != nil {
		if order, err := stored(f, data); err != nil {
			return nil, err
		} else if string(order) != "little" {
			return nil, fmt.Errorf("PyTorch zip: byte order %q is not supported, only \"little\"", order)
		}
	}
	program, err := readPickle(entries[prefix+"data.pkl"])
	if err != nil {
		return nil, err
	}
	storages := make(map[string]*storage)
	root, _, err := unpickle(program, func(id tuple) (any, error) {
		key, s, err := parseStorageID(id)
		if err != nil {
			return nil, err
		}
		if known := storages[key]; known != nil {
			return known.as(s)
		}
		f := entries[prefix+"data/"+key]
		if f == nil {
			return nil, fmt.Errorf("storage %q is not in the file", key)
		}
		if s.data, err = stored(f, data); err != nil {
			return nil, err
		}
		if len(s.data)/s.dtype.Bytes() < s.size {
			return nil, fmt.Errorf("storage %q has %d bytes, too few for %d values of %s", key, len(s.data), s.size, s.dtype)
		}
		s.data = s.data[:s.size*s.dtype.Bytes()]
		storages[key] = s
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	return stateDict(root)
}

// as returns the storage for another persistent id with its key, which must give the same type and size.
func (s *storage) as(other *storage) (*storage, error) {
	if s.dtype != other.dtype || s.size != other.size {
		return nil, fmt.Errorf("a storage is declared as %d values of %s and as %d of %s", s.size, s.dtype, other.size, other.dtype)
	}
	return s, nil
}

// stored returns the bytes of an uncompressed entry, as a part of data, the mapped file.
func stored(f *zip.File, data []byte) ([]byte, error) {
	if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 {
		return nil, fmt.Errorf("PyTorch zip: entry %q is compressed", f.Name)
	}
	at, err := f.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("PyTorch zip: entry %q: %w", f.Name, err)
	}
	if at < 0 || at > int64(len(data)) || f.UncompressedSize64 > uint64(int64(len(data))-at) {
		return nil, fmt.Errorf("PyTorch zip: entry %q reaches past the end of the file", f.Name)
	}
	end := at + int64(f.UncompressedSize64)
	return data[at:end:end], nil
}

// readPickle reads the pickle and verifies its checksum.
func readPickle(f *zip.File) ([]byte, error) {
	if f.Method != zip.Store || f.UncompressedSize64 > maxPickle {
		return nil, fmt.Errorf("PyTorch zip: entry %q is compressed or longer than %d bytes", f.Name, maxPickle)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("PyTorch zip: entry %q: %w", f.Name, err)
	}
	defer r.Close()
	program, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("PyTorch zip: entry %q: %w", f.Name, err)
	}
	return program, nil
}
