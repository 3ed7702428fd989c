// Package output opens the files that verbs write.
//
// A regular file is replaced whole or not at all: its content is in a file beside it until it is committed. Behind a
// symbolic link the file that the link names is replaced, and the link stays. A device or a pipe is written to and
// stays what it is.
package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"longseq/internal/durable"
)

// File is an output. What is written to it is kept by Commit, and dropped by Close without Commit, unless it is
// a device or a pipe, which keeps what it got.
type File struct {
	opened
	pending *durable.Pending // nil: a device or a pipe
	through opened           // the device that gets the content at Commit; nil: opened is it, or pending
}

// opened is an os.File or a durable.File.
type opened interface {
	io.ReadWriteSeeker
	io.WriterAt
	io.Closer
	Name() string
	Truncate(size int64) error
}

// Create opens an output, which need not exist, with the permissions of a new file before umask. The folder must exist.
// To a device or a pipe each write goes at once. A pipe that nobody reads from within readerWait is an error.
func Create(path string, perm fs.FileMode) (*File, error) {
	to, device, err := resolve(path)
	switch {
	case err != nil:
		return nil, err
	case device:
		file, err := openDevice(path)
		if err != nil {
			return nil, err
		}
		return &File{opened: file}, nil
	}
	pending, err := durable.Create(to, perm)
	if err != nil {
		return nil, err
	}
	return &File{opened: pending, pending: pending}, nil
}

// Device reports whether the output is a device or a pipe.
func (f *File) Device() bool { return f.pending == nil }

// CreateSeekable is Create for an output that is not written in order. A device or a pipe gets all of it at Commit.
func CreateSeekable(path string, perm fs.FileMode) (*File, error) {
	f, err := Create(path, perm)
	if err != nil || f.pending != nil {
		return f, err
	}
	spool, err := os.CreateTemp("", "longseq-output-")
	if err != nil {
		return nil, errors.Join(err, f.opened.Close())
	}
	return &File{opened: spool, through: f.opened}, nil
}

// Commit closes the output and keeps what was written.
func (f *File) Commit() error {
	switch {
	case f.pending != nil:
		return f.pending.Commit()
	case f.through != nil:
		_, err := f.Seek(0, io.SeekStart)
		if err == nil {
			_, err = io.Copy(f.through, f.opened)
		}
		return errors.Join(err, f.Close())
	}
	return f.opened.Close()
}

// Close closes an output that is not to be kept. After Commit it does nothing.
func (f *File) Close() error {
	switch {
	case f.pending != nil:
		return f.pending.Cleanup()
	case f.through != nil:
		err := errors.Join(f.through.Close(), f.opened.Close(), os.Remove(f.Name()))
		f.through = nil
		return err
	}
	if err := f.opened.Close(); !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}

// Write writes an output in one call.
func Write(path string, content []byte, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Commit()
}

// Folder makes a folder and those above it that do not exist. undo removes those that it made and that are still
// empty; it is for a caller that fails.
func Folder(dir string) (undo func(), err error) {
	var made []string // the innermost first
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		made = append(made, at)
	}
	undo = func() {
		for _, folder := range made {
			if os.Remove(folder) != nil {
				return
			}
		}
	}
	for range 10 {
		if err = durable.MkdirAll(dir, 0o777); !errors.Is(err, fs.ErrNotExist) {
			break // else another undo has removed a folder above it just now
		}
	}
	if err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}

// maxLinks is the largest number of symbolic links that are followed.
const maxLinks = 40

// resolve returns the path of the file to replace, or reports that path is a device or a pipe.
func resolve(path string) (to string, device bool, err error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return "", false, fmt.Errorf("%s is a folder: want a file", path)
	case err == nil && !info.Mode().IsRegular():
		return path, true, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", false, err
	}
	to = path
	for range maxLinks {
		if dir, err := filepath.EvalSymlinks(filepath.Dir(to)); err == nil && strings.HasPrefix(dir, "/proc/") {
			return path, true, nil // an open file, such as /dev/stdout
		}
		link, err := os.Readlink(to)
		if err != nil {
			return to, false, nil // no link
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(to), link)
		}
		to = link
	}
	return "", false, fmt.Errorf("%s: more than %d symbolic links", path, maxLinks)
}

// readerWait is the time in which a program must have opened the other end of a pipe.
const readerWait = 10 * time.Second

// openDevice opens a device or a pipe for writing.
func openDevice(path string) (*os.File, error) {
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0)
		if !errors.Is(err, syscall.ENXIO) || time.Since(start) > readerWait {
			if errors.Is(err, syscall.ENXIO) {
				err = fmt.Errorf("%s is a pipe that nobody reads from", path)
			}
			return file, err
		}
	}
}
