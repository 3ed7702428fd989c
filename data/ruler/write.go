package ruler

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// removeUnfinished removes what a process that was killed left of the file while it wrote it.
func removeUnfinished(path string) error {
	dir, name := filepath.Split(path)
	left, err := filepath.Glob(filepath.Join(escapeGlob(dir), "."+name+"[0-9]*"))
	if err != nil {
		return fmt.Errorf("look for unfinished files of %s: %w", path, err)
	}
	for _, file := range left {
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("remove an unfinished file: %w", err)
		}
	}
	return nil
}

// Written describes a file of samples.
type Written struct {
	Samples int    `json:"samples"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	// Fill is how much of the length the samples take on average, 0 to 1.
	Fill float64 `json:"fill"`
}

// WriteFile writes the samples that opts asks for as JSON lines. The file appears under its name only
// when it is whole; a device or a pipe is written to as the samples come.
func WriteFile(ctx context.Context, path string, opts Options, tokenizer Tokenizer, sources *Sources) (Written, error) {
	return writeFile(ctx, path, opts, tokenizer, sources, Each)
}

// every is Each or each.
type every func(context.Context, Options, Tokenizer, *Sources, func(Sample) error) error

func writeFile(ctx context.Context, path string, opts Options, tokenizer Tokenizer, sources *Sources, all every) (Written, error) {
	if info, err := os.Stat(path); err == nil {
		switch {
		case info.IsDir():
			return Written{}, fmt.Errorf("write samples: %s is a folder: want a file", path)
		case !info.Mode().IsRegular():
			return writeDevice(ctx, path, opts, tokenizer, sources, all)
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return Written{}, fmt.Errorf("write samples: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return Written{}, fmt.Errorf("write samples: %w", err)
	}
	file, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o666), renameio.WithTempDir(filepath.Dir(path)))
	if err != nil {
		return Written{}, fmt.Errorf("write samples: %w", err)
	}
	defer file.Cleanup()
	buffered := bufio.NewWriterSize(file, 1<<18)
	written, err := write(ctx, buffered, opts, tokenizer, sources, all)
	if err != nil {
		return written, err
	}
	if err := buffered.Flush(); err != nil {
		return written, fmt.Errorf("write samples: %w", err)
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return written, fmt.Errorf("write samples: %w", err)
	}
	return written, nil
}

// writeDevice writes to a file that must not be replaced.
func writeDevice(ctx context.Context, path string, opts Options, tokenizer Tokenizer, sources *Sources, all every) (Written, error) {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return Written{}, fmt.Errorf("write samples: %w", err)
	}
	defer file.Close()
	return write(ctx, file, opts, tokenizer, sources, all)
}

// Write writes the samples that opts asks for as JSON lines.
func Write(ctx context.Context, w io.Writer, opts Options, tokenizer Tokenizer, sources *Sources) (Written, error) {
	return write(ctx, w, opts, tokenizer, sources, Each)
}

func write(ctx context.Context, w io.Writer, opts Options, tokenizer Tokenizer, sources *Sources, all every) (Written, error) {
	var written Written
	hash := sha256.New()
	tokens := 0
	var line []byte
	err := all(ctx, opts, tokenizer, sources, func(s Sample) error {
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
