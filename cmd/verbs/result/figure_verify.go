package result

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"longseq/cmd/verbs/session"
	"longseq/internal/input"
	"longseq/study"
	"longseq/study/figure"
	"longseq/study/report"
	"longseq/study/reproduce"
)

// maxFigure is the size that a figure's file may have, in bytes.
const maxFigure = 64 << 20

// verifyFigure draws the figure of a file anew from its store; empty: one that lies beside it. It is an error if it is not the same.
func verifyFigure(s *session.Session, path, dir string) error {
	format := strings.TrimPrefix(filepath.Ext(path), ".")
	if !slices.Contains([]string{figure.SVG, figure.PNG, figure.PDF}, format) {
		return session.Usagef("figure: --verify %s; want an SVG, PNG or PDF", path)
	}
	there, err := input.Read(path, maxFigure)
	if err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	if dir == "" {
		if dir = storeBeside(path); dir == "" {
			return fmt.Errorf("figure: no store beside %s: name it with --store", path)
		}
	}
	store, err := study.OpenStore(dir)
	if err != nil {
		return err
	}
	said := figure.Said(there, format)
	if digest := store.Digest(); said != "" && !strings.Contains(said, "store "+digest) {
		return fmt.Errorf("figure: %s says it is of %s, and the store in %s has the digest %s", path, said, dir, digest)
	}
	figures, err := candidates(store, dir, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	if err != nil {
		return err
	}
	for _, f := range figures {
		if found := program.FindString(said); found != "" { // another version may draw the same
			f.Provenance.Other = program.ReplaceAllLiteralString(f.Provenance.Other, found)
		}
		for _, f.Footer = range []bool{false, true} {
			again, err := figure.Render(f, format)
			if err != nil {
				return err
			}
			if bytes.Equal(again, there) {
				_, err := fmt.Fprintf(s.Out, "%s is what the store in %s gives\n", path, dir)
				return err
			}
		}
	}
	return fmt.Errorf("figure: %s is not what the store in %s gives: it was changed, or drawn by another version of this program", path, dir)
}

var program = regexp.MustCompile(`program [^,]*`)

// storeBeside looks for the store of a figure: where it is written by default.
func storeBeside(path string) string {
	at := filepath.Dir(path)
	for _, dir := range []string{filepath.Dir(at), filepath.Join(filepath.Dir(at), "store"), at, filepath.Join(at, "store")} {
		if _, err := os.Stat(filepath.Join(dir, study.ResolvedFile)); err == nil {
			return dir
		}
	}
	return ""
}

// candidates draws what a file of that name may show.
func candidates(store *study.Store, dir, name string) ([]*figure.Figure, error) {
	if number, ok := strings.CutPrefix(name, "table-"); ok {
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, session.Usagef("figure: --verify: unknown figure %s", name)
		}
		r, err := reproduce.FromStore(dir, reproduce.Options{Confidence: session.Confidence})
		if err != nil {
			return nil, err
		}
		f, err := r.Figure(n)
		return []*figure.Figure{f}, err
	}
	i := slices.IndexFunc(drawings, func(d drawing) bool { return d.name == name })
	if i < 0 {
		return nil, session.Usagef("figure: --verify draws %s and table-N; rename the file to what it was", strings.Join(drawingNames(), ", "))
	}
	all := report.Of(store, session.Confidence)
	formats := map[string]bool{"": true}
	for _, r := range store.Records {
		formats[r.Format] = true
	}
	var figures []*figure.Figure
	var failed error
	for format := range formats {
		of := all.Where(func(r *study.Record) bool { return drawings[i].shows(r) && (format == "" || r.Format == format) })
		if len(of.Records) == 0 {
			continue
		}
		f, err := drawings[i].draw(of, figure.Options{})
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		figures = append(figures, f)
	}
	if len(figures) == 0 {
		if failed == nil {
			failed = fmt.Errorf("figure: the store has no records for %s", name)
		}
		return nil, failed
	}
	return figures, nil
}
