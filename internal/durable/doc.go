// Package durable changes files so that a loss of power at any moment leaves either what was there before or what was
// written, and so that what a function has finished stays.
//
//	WriteFile, Create  a whole file, which appears under its name when its content is on the disk
//	WriteNew           the same, but never in place of another file
//	OpenFile           a file that is written in place, with Sync
//	MkdirAll, Rename, Symlink, Link, Remove, RemoveAll
//	                   changes of names, each followed by an fsync of the folder
//
// Files and links are made in their own folder under another name, never in another file system, and renamed. An
// fsync of a file keeps its content but not its name, which is in the folder: see the notes of fsync(2) on Linux. So
// every function here that makes, replaces or removes a name syncs the folder too. Of several files the one that marks
// the whole as finished is written last.
//
// Tests record the changes with Record and play them back with package powerloss.
package durable
