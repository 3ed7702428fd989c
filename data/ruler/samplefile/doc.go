// Package samplefile writes and reads files of RULER's samples: JSON lines with the keys of RULER's own
// files.
//
//	WriteFile  one task at one length
//	Batch      many tasks at many lengths, laid out as RULER does, with a manifest; a batch that was
//	           interrupted continues where it stopped
//	FileLines  the samples of a file with the predictions that a model made (key "pred")
//	Score      their score
package samplefile
