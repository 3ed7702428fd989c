package study

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"longseq/internal/durable"
	"longseq/internal/input"
)

// Inherit makes dir the store of a resolved plan that has changed since the store began, such as by more models, and keeps
// the records of the cells that both plans have. The store as it was goes to a folder beside it, which is returned; it is
// empty where dir is no store of another plan. Nothing may write to the store meanwhile.
func (r Resolved) Inherit(dir string) (earlier string, kept int, err error) {
	folder, name := filepath.Split(filepath.Clean(dir))
	draft := filepath.Join(folder, "."+name+".draft")
	there, err := ReadResolved(dir)
	if ready, draftErr := ReadResolved(draft); errors.Is(err, fs.ErrNotExist) && draftErr == nil && ready.Digest == r.Digest {
		return "", 0, durable.Rename(draft, dir) // a call before was killed between its last two changes
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && there.Digest == r.Digest {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	earlier = filepath.Join(folder, name+"-"+there.Digest)
	for i := 2; ; i++ {
		if _, err := os.Lstat(earlier); errors.Is(err, fs.ErrNotExist) {
			break
		}
		earlier = filepath.Join(folder, fmt.Sprintf("%s-%s-%d", name, there.Digest, i))
	}
	fail := func(err error) (string, int, error) {
		return "", 0, fmt.Errorf("take over the records of store %s: %w", dir, err)
	}
	if err := durable.RemoveAll(draft); err != nil { // of a call that was killed
		return fail(err)
	}
	if err := durable.MkdirAll(draft, 0o777); err != nil {
		return fail(err)
	}
	files, err := recordFiles(dir)
	if err != nil {
		return fail(err)
	}
	of := r.members()
	var read recordReader
	for _, file := range files {
		text, err := input.Read(file, maxRecordFile)
		if err != nil {
			return fail(err)
		}
		var lines []byte
		for line := range bytes.Lines(text) {
			record, err := read.read(bytes.TrimRight(line, "\n"))
			if err == nil && of.refuse(record) == "" && bytes.HasSuffix(line, []byte("\n")) {
				lines = append(lines, line...)
				kept++
			}
		}
		if len(lines) == 0 {
			continue
		}
		if err := durable.WriteFile(filepath.Join(draft, filepath.Base(file)), lines, 0o666); err != nil {
			return fail(err)
		}
	}
	text, err := yaml.Marshal(r)
	if err == nil {
		err = durable.WriteFile(filepath.Join(draft, ResolvedFile), text, 0o666)
	}
	if err == nil {
		err = durable.Rename(dir, earlier)
	}
	if err == nil {
		err = durable.Rename(draft, dir)
	}
	if err != nil {
		return fail(err)
	}
	return earlier, kept, nil
}
