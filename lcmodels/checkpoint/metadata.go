package checkpoint

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"longseq/internal/input"
)

// ReadMetadata returns the metadata of a safetensors file, as it was given to WriteSafetensors. It reads the header
// only.
func ReadMetadata(path string) (map[string]string, error) {
	f, err := input.Regular(path)
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	defer f.Close()
	var size uint64
	if err := binary.Read(f, binary.LittleEndian, &size); err != nil || size > maxHeader {
		return nil, fmt.Errorf("read metadata: %s is not a safetensors file", path)
	}
	header := make([]byte, size)
	if _, err := io.ReadFull(f, header); err != nil {
		return nil, fmt.Errorf("read metadata: the header of %s is truncated", path)
	}
	var entries struct {
		Metadata map[string]string `json:"__metadata__"`
	}
	if err := json.Unmarshal(header, &entries); err != nil {
		return nil, fmt.Errorf("read metadata of %s: %w", path, err)
	}
	return entries.Metadata, nil
}
