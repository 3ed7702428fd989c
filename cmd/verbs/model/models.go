package model

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/published"
	"longseq/internal/printable"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/hub"
)

func modelsCommand(s *session.Session) *cobra.Command {
	var asJSON, digest bool
	cmd := session.Group("models", "List the published models and which of them are in the hub's cache", pullCommand(s))
	cmd.Long = "Lists the paper's models, the other models in the Hugging Face cache that this program can run, and the architectures that\n" +
		"it knows. Of models in the cache it prints parameters, size, type and commit; with --digest, which reads all weights, also the digest that records name them by."
	cmd.Example = "  longseq models\n  longseq models --digest --json"
	help := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return help(cmd, args)
		}
		return listModels(s, asJSON, digest)
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&digest, "digest", false, "print the digest of cached weights, which reads them all")
	return cmd
}

// knownModel is one line of the list. Its fields from Path on are empty if the model is not in the cache.
type knownModel struct {
	Name         string `json:"name"`
	Architecture string `json:"architecture,omitempty"`
	Params       int64  `json:"params,omitempty"`
	Path         string `json:"path,omitempty"`
	Bytes        int64  `json:"bytes,omitempty"`
	DType        string `json:"dtype,omitempty"`
	Commit       string `json:"commit,omitempty"`
	Digest       string `json:"digest,omitempty"`
	// Problem says why the cached files cannot be run.
	Problem string `json:"problem,omitempty"`
}

func listModels(s *session.Session, asJSON, digest bool) error {
	e := hub.FromEnvironment(os.Getenv)
	var names []string
	for _, m := range published.Models() {
		names = append(names, m.Hub)
	}
	ofPaper := len(names)
	for _, name := range e.Names() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var list []knownModel
	for i, name := range names {
		m := describe(e, name, digest)
		if i < ofPaper || m.Problem == "" { // other cached repositories may hold no model that can be run
			list = append(list, m)
		}
	}
	if asJSON {
		return s.PrintJSON(list)
	}
	fmt.Fprintf(s.Out, "%-42s %10s  %s\n", "model", "parameters", "in the cache "+e.Cache)
	for _, m := range list {
		m.print(s)
	}
	_, err := fmt.Fprintf(s.Out, "\narchitectures: %s\n", strings.Join(session.Architectures(), ", "))
	return err
}

func (m knownModel) print(s *session.Session) {
	params, cached := "", "no: longseq models pull "+m.Name
	if m.Params > 0 {
		params = fmt.Sprintf("%.2f B", float64(m.Params)/1e9)
		if m.Params < 1e8 {
			params = fmt.Sprintf("%.2f M", float64(m.Params)/1e6)
		}
		cached = fmt.Sprintf("%.2f GB %s, commit %.12s", float64(m.Bytes)/1e9, m.DType, m.Commit)
	}
	if m.Digest != "" {
		cached += ", weights " + m.Digest
	}
	if m.Problem != "" {
		cached = m.Problem
	}
	fmt.Fprintf(s.Out, "%-42s %10s  %s\n", m.Name, params, cached)
}

// describe looks a model up in the cache.
func describe(e hub.Environment, name string, digest bool) knownModel {
	m := knownModel{Name: name}
	path, err := e.Find(name, hub.Main)
	if errors.Is(err, hub.ErrNotCached) || e.Cache == "" {
		return m
	}
	if err == nil {
		m.Path, m.Commit = path, filepath.Base(path)
		err = m.read(digest)
	}
	if err != nil {
		m.Problem = printable.Line(err.Error(), session.MaxLine)
	}
	return m
}

// read fills in what the model's files contain.
func (m *knownModel) read(digest bool) error {
	a, err := lcmodels.Describe(m.Path)
	if err != nil {
		return err
	}
	c, err := checkpoint.Open(m.Path)
	if err != nil {
		return err
	}
	defer c.Close()
	m.Architecture, m.Params, m.Bytes, m.DType = a.Name(), lcmodels.Params(a), c.Bytes(), string(c.MainType())
	if digest {
		m.Digest = c.Digest()
	}
	return nil
}
