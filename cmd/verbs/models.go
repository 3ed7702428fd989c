package verbs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/hub"
	"longseq/lcmodels/published"
)

func modelsCommand(s *session) *cobra.Command {
	var asJSON, digest bool
	cmd := group("models", "List the published models and which of them are in the hub's cache", pullCommand(s))
	cmd.Long = "Lists the paper's models, and what else is in the Hugging Face cache that this program can run: parameters, size,\n" +
		"type and commit of what is cached. With --digest, also what the weights hold, as records name it: all are read."
	cmd.Example = "  longseq models\n  longseq models --digest --json"
	help := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return help(cmd, args)
		}
		return s.listModels(asJSON, digest)
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&digest, "digest", false, "read the weights that are cached and print their digest")
	return cmd
}

// knownModel is a line of the list.
type knownModel struct {
	Name         string `json:"name"`
	Architecture string `json:"architecture,omitempty"`
	Params       int64  `json:"params,omitempty"`
	// Of what is cached.
	Path   string `json:"path,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	DType  string `json:"dtype,omitempty"`
	Commit string `json:"commit,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Problem is why what is cached cannot be run.
	Problem string `json:"problem,omitempty"`
}

func (s *session) listModels(asJSON, digest bool) error {
	e := hub.FromEnvironment(os.Getenv)
	var names []string
	for _, m := range published.Models() {
		names = append(names, m.Hub)
	}
	published := len(names)
	for _, name := range e.Names() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var list []knownModel
	for i, name := range names {
		m := describe(e, name, digest)
		if i < published || m.Problem == "" { // not the tokenizers, encoders and pictures of others
			list = append(list, m)
		}
	}
	if asJSON {
		return s.printJSON(list)
	}
	fmt.Fprintf(s.out, "%-42s %10s  %s\n", "model", "parameters", "in the cache "+e.Cache)
	for _, m := range list {
		m.print(s)
	}
	return nil
}

func (m knownModel) print(s *session) {
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
	fmt.Fprintf(s.out, "%-42s %10s  %s\n", m.Name, params, cached)
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
		m.Problem = oneLine(err)
	}
	return m
}

// read fills in what the model's files say.
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

func pullCommand(s *session) *cobra.Command {
	var revision string
	cmd := &cobra.Command{
		Use:   "pull NAME",
		Short: "Fetch a model from the hub into the cache that Python shares",
		Long: "Fetches configuration, weights in one form (safetensors before PyTorch's) and tokenizer. What was stopped goes on\n" +
			"where it was. HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE mean what they mean to Python.",
		Example: "  longseq models pull state-spaces/mamba2-2.7b",
		Args:    arguments("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !hub.IsName(args[0]) {
				return usagef("models pull: %q is not a name on the hub: want ORG/NAME, such as %s", args[0], published.Models()[0].Hub)
			}
			return s.pull(cmd.Context(), hub.NewClient(hub.FromEnvironment(os.Getenv)), args[0], revision)
		},
	}
	cmd.Flags().StringVar(&revision, "revision", hub.Main, "branch, tag or commit")
	return cmd
}

func (s *session) pull(ctx context.Context, c *hub.Client, name, revision string) error {
	file, bar := "", func(int) {}
	report := func(p hub.Progress) {
		if p.File != file {
			file, bar = p.File, s.bar(p.File, int(p.Bytes))
		}
		bar(int(p.Done))
	}
	folder, err := c.Pull(ctx, name, revision, report)
	if other := published.TokenizerOf(name); err == nil && other != name {
		_, err = c.PullTokenizer(ctx, other, hub.Main, report)
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: what came of %s is kept, and the same call goes on: %w", name, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, folder)
	return nil
}
