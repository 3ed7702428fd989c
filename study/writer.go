package study

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"longseq/internal/durable"
	"longseq/internal/flock"
)

// writer appends blocks of records to a file of its own, which it makes at the first block, and to another one when that
// is full. Its methods may be called by several goroutines.
type writer struct {
	prefix string // of the files' paths: folder, shard and host
	full   int64  // bytes after which another file is begun, far below maxRecordFile

	mu   sync.Mutex
	file *durable.File // nil before the first block
	size int64         // bytes of whole blocks
}

// newWriter returns a writer to dir. The name of its file, records-0-<host>-<random>.jsonl or, of a shard,
// records-<I>of<N>-<host>-<random>.jsonl, is random, so that sweeps on machines or in containers with equal names and
// process numbers, and two copies of one shard, do not write to one file.
func newWriter(dir string, shard Shard, host string) *writer {
	which := "0"
	if shard.Of > 0 {
		which = fmt.Sprintf("%dof%d", shard.Index, shard.Of)
	}
	return &writer{prefix: filepath.Join(dir, fmt.Sprintf("records-%s-%s-", which, filepath.Base(host))), full: maxRecordFile / 4}
}

// create makes the file and writes its folder to the disk, so that its name survives a loss of power. The file is opened
// to append, so that over NFS each write goes to its end. It is locked to tell [Repair] that it is being written, and
// nothing else: where the system has no locks, or does not share them, Repair alone depends on it.
func (w *writer) create() error {
	name := w.prefix + strings.ToLower(rand.Text()[:16]) + ".jsonl"
	file, err := durable.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	_ = flock.Lock(file.OS(), false)
	w.file = file
	return nil
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
	if w.file == nil {
		if err := w.create(); err != nil {
			return fmt.Errorf("write records: %w", err)
		}
	}
	n, err := w.file.Write(block.Bytes())
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		_ = w.file.Truncate(w.size) // else readers skip the half line
		return fmt.Errorf("write records: %w; what was finished before is kept", err)
	}
	w.size += int64(n)
	if w.size < w.full {
		return nil
	}
	return w.end()
}

// close closes the file, and removes it if it has no records.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end()
}

// end closes the file, if one is open; w.mu is held.
func (w *writer) end() error {
	if w.file == nil {
		return nil
	}
	if w.size == 0 {
		durable.Remove(w.file.Name())
	}
	err := w.file.Close()
	w.file, w.size = nil, 0
	if err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	return nil
}
