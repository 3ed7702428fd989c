package reproduce

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"longseq/data/published"
	"longseq/internal/input"
	"longseq/internal/strictyaml"
	"longseq/study"
)

// Identities know models of the paper, by their names there, from the SHA-256 of their weights files, in hexadecimal. A name of a
// model, a folder or a cache says nothing: only what the files hold does.
type Identities map[string][]string

// maxIdentities is the size that a file of identities may have, in bytes.
const maxIdentities = 1 << 20

// ReadIdentities reads a file, YAML or JSON, that lists the SHA-256 of every weights file of models of the paper:
//
//	models:
//	  M2A: [0123...]
//	  SL: [4567..., 89ab...]
func ReadIdentities(path string) (Identities, error) {
	text, err := input.Read(path, maxIdentities)
	if err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	var file struct {
		Models map[string][]string `yaml:"models"`
	}
	if err := strictyaml.Decode(path, text, &file); err != nil {
		return nil, err
	}
	known := Identities{}
	for name, digests := range file.Models {
		m, err := published.Find(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(digests) == 0 {
			return nil, fmt.Errorf("%s: %s has no digests; want the SHA-256 of each of its weights files", path, name)
		}
		for _, d := range digests {
			if raw, err := hex.DecodeString(d); err != nil || len(raw) != 32 {
				return nil, fmt.Errorf("%s: %s: %q is no SHA-256; want 64 hexadecimal digits", path, name, d)
			}
			known[m.Name] = append(known[m.Name], strings.ToLower(d))
		}
	}
	return known, nil
}

// A Recognition says what is known of whether a model is the paper's.
type Recognition struct {
	// Verdict is [NotVerified], [OtherModel], or empty where the model is the paper's.
	Verdict Verdict `json:"verdict,omitempty"`
	Why     string  `json:"why"` // in words, with the digest
	// Rests says that it rests on identities that were given, and not on published ones.
	Rests bool                `json:"given,omitempty"`
	Files []study.WeightsFile `json:"files,omitempty"`
}

// identify says whether files are those of a model of the paper. No digests of the published files can be cited, so that only those
// that are given are known.
func (known Identities) identify(m published.Model, files []study.WeightsFile) Recognition {
	i := Recognition{Files: files}
	var digests []string
	for _, f := range files {
		digests = append(digests, f.SHA256)
	}
	slices.Sort(digests)
	short := "unknown"
	if len(digests) > 0 {
		short = digests[0][:min(16, len(digests[0]))]
		if len(digests) > 1 {
			short += fmt.Sprintf(" and %d more", len(digests)-1)
		}
	}
	want, given := known[m.Name]
	switch {
	case !given:
		i.Verdict, i.Why = NotVerified, fmt.Sprintf("not verified: digest %s", short)
	case !slices.Equal(slices.Sorted(slices.Values(want)), digests):
		i.Verdict, i.Why, i.Rests = OtherModel, fmt.Sprintf("another model: digest %s is not that given for %s", short, m.Name), true
	default:
		i.Why, i.Rests = fmt.Sprintf("%s by the digests given: %s", m.Name, short), true
	}
	return i
}

// String lists the identities, for reports that rest on them.
func (known Identities) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		parts = append(parts, name+" "+strings.Join(known[name], " "))
	}
	return strings.Join(parts, "; ")
}
