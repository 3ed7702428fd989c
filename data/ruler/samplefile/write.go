package samplefile

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"longseq/data/ruler"
	"longseq/data/ruler/texts"
	"longseq/internal/output"
)

// Written describes a file of samples.
type Written struct {
	Samples int    `json:"samples"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	// Fill is the mean length of the samples as a fraction of the length asked for.
	Fill float64 `json:"fill"`
}

// WriteFile writes the samples that opts asks for as JSON lines. The file appears under its name only
// when it is complete; a device or a pipe is written to sample by sample. Where RULER would never end,
// the error is a [ruler.StuckError] that names a length that works, if one was found.
func WriteFile(ctx context.Context, path string, opts ruler.Options, tokenizer ruler.Tokenizer, sources *texts.Sources) (Written, error) {
	written, err := writeFile(ctx, path, opts, tokenizer, sources)
	var stuck *ruler.StuckError
	if errors.As(err, &stuck) {
		stuck.Works = ruler.WorkingLength(ctx, opts, tokenizer, sources)
	}
	return written, err
}

// writeFile is WriteFile without the search for a length that works.
func writeFile(ctx context.Context, path string, opts ruler.Options, tokenizer ruler.Tokenizer, sources *texts.Sources) (Written, error) {
	undo, err := output.Folder(filepath.Dir(path))
	if err != nil {
		return Written{}, fmt.Errorf("write samples: %w", err)
	}
	file, err := output.Create(path, 0o666)
	if err != nil {
		undo()
		return Written{}, fmt.Errorf("write samples: %w", err)
	}
	defer file.Close()
	var lines io.Writer = file
	buffered := bufio.NewWriterSize(file, 1<<18)
	if !file.Device() {
		lines = buffered
	}
	written, err := write(ctx, lines, opts, tokenizer, sources)
	if err == nil {
		if err = errors.Join(buffered.Flush(), file.Commit()); err == nil {
			return written, nil
		}
		err = fmt.Errorf("write samples: %w", err)
	}
	file.Close()
	undo()
	return written, err
}

// write writes the samples that opts asks for to w as JSON lines.
func write(ctx context.Context, w io.Writer, opts ruler.Options, tokenizer ruler.Tokenizer, sources *texts.Sources) (Written, error) {
	var written Written
	hash := sha256.New()
	tokens := 0
	var line []byte
	err := ruler.Each(ctx, opts, tokenizer, sources, func(s ruler.Sample) error {
		line = s.AppendJSON(line[:0])
		hash.Write(line)
		n, err := w.Write(line)
		written.Samples++
		written.Bytes += int64(n)
		tokens += s.Length
		if err != nil {
			return fmt.Errorf("write samples: %w", err)
		}
		return nil
	})
	written.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if written.Samples > 0 {
		written.Fill = float64(tokens) / float64(written.Samples*opts.Length)
	}
	return written, err
}

// removeUnfinished removes the files that a killed process left of path: package durable names them "."
// and the name and a number.
func removeUnfinished(path string) error {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for unfinished files of %s: %w", path, err)
	}
	for _, entry := range entries {
		number, ok := strings.CutPrefix(entry.Name(), "."+name)
		if !ok || number == "" || number[0] < '0' || number[0] > '9' {
			continue
		}
		if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
			return fmt.Errorf("remove an unfinished file: %w", err)
		}
	}
	return nil
}
