package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// A File is one of a checkpoint's files of weights, by which others know it.
type File struct {
	Path   string
	Size   int64  // bytes
	SHA256 string // of the file as it is, in hexadecimal
}

// Files reads the files of weights whole and returns them in the order in which they were opened.
func (c *Checkpoint) Files() ([]File, error) {
	var files []File
	for _, path := range c.files {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("digest weights: %w", err)
		}
		h := sha256.New()
		size, err := io.Copy(h, file)
		file.Close()
		if err != nil {
			return nil, fmt.Errorf("digest weights %s: %w", path, err)
		}
		files = append(files, File{path, size, hex.EncodeToString(h.Sum(nil))})
	}
	return files, nil
}
