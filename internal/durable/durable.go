package durable

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
)

// WriteFile writes a file as os.WriteFile does, but the file is replaced at once, and is on the disk when WriteFile
// returns.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Cleanup())
	}
	return f.Commit()
}

// WriteNew writes a file as WriteFile does if there is none of that name, else the error is fs.ErrExist: of several
// processes that write it at the same time, on several machines too, one does, and its file is never replaced. A file
// system that has no hard links is an exception: there the last one's file stays.
func WriteNew(path string, data []byte, perm fs.FileMode) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(err, f.Cleanup())
	}
	switch err := os.Link(f.Name(), path); {
	case err == nil:
		note(Op{Kind: HardLink, Path: path, To: f.Name()})
		return errors.Join(f.Cleanup(), SyncFolder(filepath.Dir(path)))
	case errors.Is(err, fs.ErrExist):
		return errors.Join(err, f.Cleanup())
	}
	return f.Commit()
}

// MkdirAll makes a folder with those above it, as os.MkdirAll does.
func MkdirAll(path string, perm fs.FileMode) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		return &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
	}
	above := filepath.Dir(filepath.Clean(path))
	if err := MkdirAll(above, perm); err != nil {
		return err
	}
	if err := os.Mkdir(path, perm); err != nil {
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
			return nil // another process has made it just now
		}
		return err
	}
	note(Op{Kind: Mkdir, Path: path})
	return SyncFolder(above)
}

// Rename renames a file or a folder as os.Rename does.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	note(Op{Kind: Moved, Path: from, To: to})
	if err := SyncFolder(filepath.Dir(to)); err != nil {
		return err
	}
	if filepath.Dir(from) != filepath.Dir(to) {
		return SyncFolder(filepath.Dir(from))
	}
	return nil
}

// Symlink makes path a symbolic link to target. It replaces a file or link of that name at once.
func Symlink(target, path string) error { return link(os.Symlink, SymbolicLink, target, path) }

// Link makes path another name of the file target. It replaces a file or link of that name at once.
func Link(target, path string) error { return link(os.Link, HardLink, target, path) }

func link(make func(target, path string) error, kind Kind, target, path string) error {
	for {
		draft := draftOf(path)
		err := make(target, draft)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		note(Op{Kind: kind, Path: draft, To: target})
		if err := Rename(draft, path); err != nil {
			return errors.Join(err, Remove(draft))
		}
		return nil
	}
}

// Remove removes a file or an empty folder, as os.Remove does.
func Remove(path string) error {
	if err := remove(path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// RemoveAll removes a folder with what is in it, as os.RemoveAll does. What is not there is no error.
func RemoveAll(path string) error {
	var all []string
	err := filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, path := range slices.Backward(all) { // what is in a folder, then the folder
		if err := remove(path); err != nil {
			return err
		}
	}
	return SyncFolder(filepath.Dir(path))
}

func remove(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	note(Op{Kind: Removed, Path: path})
	return nil
}

// SyncFolder waits until the names in a folder are on the disk. It does nothing where the system cannot do that.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err == nil {
		note(Op{Kind: FolderSynced, Path: path})
	}
	return err
}

// draftOf returns the name under which a file is made: a point, its name and a number.
func draftOf(path string) string {
	dir, name := filepath.Split(path)
	return filepath.Join(dir, "."+name+strconv.FormatInt(rand.Int64(), 10))
}
