package reproduce

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"longseq/internal/identity"
	"longseq/internal/release"
	"longseq/study"
	"longseq/study/figure"
)

// An Origin says what a report was made from.
type Origin struct {
	Program string            `json:"program"` // its version
	Plan    string            `json:"plan"`    // digest
	Store   string            `json:"store"`   // digest of the records
	Models  map[string]string `json:"models"`  // digests, by the paper's names
	Texts   map[string]string `json:"texts"`   // SHA-256 of the texts that are not built in, by content
	Tasks   string            `json:"tasks"`   // digest of the tasks' versions
}

func originOf(store *study.Store, plan study.Resolved) Origin {
	o := Origin{Program: release.Version(), Plan: plan.Digest, Store: store.Digest(), Models: map[string]string{}, Texts: map[string]string{}}
	var versions []string
	for _, t := range plan.Tasks {
		versions = append(versions, t.Name+" "+t.Version)
		for _, content := range []string{"essay", "squad", "hotpotqa"} {
			if _, rest, ok := strings.Cut(t.Version, ", "+content+" "); ok {
				o.Texts[content], _, _ = strings.Cut(rest, ",")
			}
		}
	}
	o.Tasks = identity.Of(versions...)
	return o
}

// others are the digests beside those of plan and store, in one line.
func (o Origin) others() string {
	parts := []string{"program " + o.Program, "tasks " + o.Tasks}
	for _, list := range []struct {
		what    string
		digests map[string]string
	}{{"model", o.Models}, {"text", o.Texts}} {
		for _, name := range slices.Sorted(maps.Keys(list.digests)) {
			parts = append(parts, fmt.Sprintf("%s %s %.16s", list.what, name, list.digests[name]))
		}
	}
	return strings.Join(parts, ", ")
}

// provenance is the origin for a figure's metadata.
func (o Origin) provenance() figure.Provenance {
	return figure.Provenance{Plan: o.Plan, Store: o.Store, Other: o.others()}
}

// String returns the origin in one line.
func (o Origin) String() string {
	return fmt.Sprintf("longseq: plan %s, store %s, %s", o.Plan, o.Store, o.others())
}
