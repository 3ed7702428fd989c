package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// writer appends blocks of records to a file of its own. Its methods may be called by several
// goroutines.
type writer struct {
	mu   sync.Mutex
	file *os.File
	size int64 // bytes of whole blocks
}

// newWriter opens the file records-<shard>-<host>-<pid>.jsonl in dir. No living process writes to it: a
// file that exists was left by a dead process with the same number, and is continued.
func newWriter(dir string, shard int, host string) (*writer, error) {
	name := fmt.Sprintf("records-%d-%s-%d.jsonl", shard, filepath.Base(host), os.Getpid())
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("write records: %w", err)
	}
	w := &writer{file: file}
	if !lock(file) {
		file.Close()
		return nil, fmt.Errorf("write records: %s is being written by another sweep of this process", file.Name())
	}
	if err = cutHalfLine(file); err == nil {
		w.size, err = file.Seek(0, io.SeekEnd)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("write records: %w", err)
	}
	return w, nil
}

// append writes the records and syncs the file: all of them are kept, or none.
func (w *writer) append(records []Record) error {
	var block bytes.Buffer
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("write records: cell %s sample %d: %w", r.Cell, r.Sample, err)
		}
		block.Write(line)
		block.WriteByte('\n')
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.file.Write(block.Bytes())
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		if cut := w.file.Truncate(w.size); cut == nil {
			w.file.Seek(w.size, io.SeekStart)
		}
		return fmt.Errorf("write records: %w; what was finished before is kept", err)
	}
	w.size += int64(n)
	return nil
}

// close closes the file, and removes it if it has no records.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.size == 0 {
		os.Remove(w.file.Name())
	}
	if err := w.file.Close(); err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	return nil
}

// cutHalfLines cuts the half-written last lines that dead writers left, so that any reader of JSON
// lines can read the files. Files that a living process writes to are left alone.
func cutHalfLines(dir string) error {
	files, err := recordFiles(dir)
	if err != nil {
		return err
	}
	for _, name := range files {
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue // another's file, perhaps read-only: its half line is only skipped
		}
		if lock(file) {
			err = cutHalfLine(file)
		}
		file.Close()
		if err != nil {
			return fmt.Errorf("cut half-written line: %w", err)
		}
	}
	return nil
}

// cutHalfLine truncates the file behind its last newline.
func cutHalfLine(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	end, buffer := info.Size(), make([]byte, 4096)
	for end > 0 {
		start := max(0, end-int64(len(buffer)))
		part := buffer[:end-start]
		if _, err := file.ReadAt(part, start); err != nil {
			return err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			end = start + int64(i) + 1
			break
		}
		end = start
	}
	if end == info.Size() {
		return nil
	}
	return file.Truncate(end)
}
