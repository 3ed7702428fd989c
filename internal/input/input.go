// Package input opens the files that users name. A file of the wrong kind or size is an error before any of it is in
// memory: a file larger than its limit, a device such as /dev/zero, a pipe that nobody writes to.
package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// How long a pipe may be silent.
const (
	// firstWriter is the time in which a program must have opened the other end of a pipe.
	firstWriter = 500 * time.Millisecond
	// silence is the time in which a program that has opened the other end must write something.
	silence = 10 * time.Second
)

// Open opens a file for reading. It may be a regular file, or a pipe that another program writes to. A device, a
// socket or a folder is an error. Opening never waits, and reading from a pipe fails where nobody writes to it for half
// a second, or who does writes nothing for ten. Errors name the file.
func Open(path string) (io.ReadCloser, error) {
	file, mode, err := open(path)
	switch {
	case err != nil:
		return nil, err
	case mode&os.ModeNamedPipe != 0:
		return &pipe{File: file, start: time.Now()}, nil
	case mode.IsRegular():
		return file, nil
	}
	file.Close()
	if mode.IsDir() {
		return nil, &os.PathError{Op: "read", Path: path, Err: syscall.EISDIR}
	}
	return nil, fmt.Errorf("%s is a device: want a file", path)
}

// Regular opens a regular file. Anything else is an error.
func Regular(path string) (*os.File, error) {
	file, mode, err := open(path)
	if err != nil {
		return nil, err
	}
	if !mode.IsRegular() {
		file.Close()
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	return file, nil
}

// Read returns the content of a file that [Open] opens. More than limit bytes are an error.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var size int64
	if regular, ok := file.(*os.File); ok {
		info, err := regular.Stat()
		if err != nil {
			return nil, err
		}
		size = info.Size()
	}
	if size > limit {
		return nil, fmt.Errorf("%s has %d bytes: the limit is %d", path, size, limit)
	}
	content := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := content.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		return nil, err
	}
	if int64(content.Len()) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes: that is the limit", path, limit)
	}
	return content.Bytes(), nil
}

// open opens whatever the path names, without waiting.
func open(path string) (*os.File, os.FileMode, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Mode(), nil
}

// pipe is a pipe that is open for reading.
type pipe struct {
	*os.File
	start time.Time
	begun bool // something was read
}

// Read is io.Reader's.
func (p *pipe) Read(b []byte) (int, error) {
	for {
		if err := p.SetReadDeadline(time.Now().Add(silence)); err != nil {
			return 0, err
		}
		n, err := p.File.Read(b)
		switch {
		case n > 0:
			p.begun = true
			return n, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return 0, fmt.Errorf("%s is a pipe into which nothing was written for %v", p.Name(), silence)
		case !errors.Is(err, io.EOF) || p.begun:
			return 0, err
		case time.Since(p.start) > firstWriter:
			return 0, fmt.Errorf("%s is a pipe that nobody writes to", p.Name())
		}
		time.Sleep(firstWriter / 50) // without a writer, a pipe is at its end
	}
}
