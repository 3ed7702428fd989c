package durable

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File is an open file.
type File struct {
	f  *os.File
	id int // in the log of a test
}

// OpenFile opens a file as os.OpenFile does. A file that is made by it has its name on the disk.
func OpenFile(path string, flag int, perm fs.FileMode) (*File, error) {
	_, before := os.Lstat(path)
	f, err := os.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	file := &File{f: f, id: nextID()}
	kind := Opened
	if errors.Is(before, fs.ErrNotExist) {
		kind = Created
	}
	note(Op{Kind: kind, File: file.id, Path: path})
	if flag&os.O_TRUNC != 0 && kind == Opened {
		note(Op{Kind: Truncated, File: file.id})
	}
	if kind == Created {
		if err := SyncFolder(filepath.Dir(path)); err != nil {
			return nil, errors.Join(err, f.Close(), remove(path))
		}
	}
	return file, nil
}

// OS is the open file for what does not change it, such as a lock.
func (f *File) OS() *os.File { return f.f }

// Name is the path that was given to OpenFile.
func (f *File) Name() string { return f.f.Name() }

// Read is that of os.File.
func (f *File) Read(p []byte) (int, error) { return f.f.Read(p) }

// ReadAt is that of os.File.
func (f *File) ReadAt(p []byte, at int64) (int, error) { return f.f.ReadAt(p, at) }

// Seek is that of os.File.
func (f *File) Seek(offset int64, whence int) (int64, error) { return f.f.Seek(offset, whence) }

// Stat is that of os.File.
func (f *File) Stat() (fs.FileInfo, error) { return f.f.Stat() }

// Close is that of os.File. It does not sync the file.
func (f *File) Close() error { return f.f.Close() }

// Write is that of os.File.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	if recording() && n > 0 {
		if end, seekErr := f.f.Seek(0, io.SeekCurrent); seekErr == nil {
			note(Op{Kind: Wrote, File: f.id, At: end - int64(n), Data: p[:n]})
		}
	}
	return n, err
}

// WriteAt is that of os.File.
func (f *File) WriteAt(p []byte, at int64) (int, error) {
	n, err := f.f.WriteAt(p, at)
	if n > 0 {
		note(Op{Kind: Wrote, File: f.id, At: at, Data: p[:n]})
	}
	return n, err
}

// Truncate is that of os.File.
func (f *File) Truncate(size int64) error {
	err := f.f.Truncate(size)
	if err == nil {
		note(Op{Kind: Truncated, File: f.id, At: size})
	}
	return err
}

// Sync waits until the content of the file is on the disk.
func (f *File) Sync() error {
	err := f.f.Sync()
	if err == nil {
		note(Op{Kind: Synced, File: f.id})
	}
	return err
}

// A Pending file is written under another name in the folder of its path, until Commit.
type Pending struct {
	*File
	path         string
	closed, done bool
}

// Create begins to write a file. Its permissions are perm, without what the umask takes away.
func Create(path string, perm fs.FileMode) (*Pending, error) {
	for {
		draft := draftOf(path)
		f, err := os.OpenFile(draft, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		file := &File{f: f, id: nextID()}
		note(Op{Kind: Created, File: file.id, Path: draft})
		return &Pending{File: file, path: path}, nil
	}
}

// Commit syncs the file, closes it, moves it to its path and syncs the folder.
func (p *Pending) Commit() error {
	if err := p.Sync(); err != nil {
		return err
	}
	p.closed = true
	if err := p.Close(); err != nil {
		return err
	}
	if err := os.Rename(p.Name(), p.path); err != nil {
		return err
	}
	p.done = true
	note(Op{Kind: Moved, Path: p.Name(), To: p.path})
	return SyncFolder(filepath.Dir(p.path))
}

// Cleanup closes and removes a file that is not committed. After Commit it does nothing.
func (p *Pending) Cleanup() error {
	if p.done {
		return nil
	}
	var err error
	if !p.closed {
		p.closed = true
		err = p.Close()
	}
	p.done = true
	return errors.Join(err, remove(p.Name()))
}
