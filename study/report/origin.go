package report

import (
	"fmt"
	"strings"

	"longseq/internal/release"
)

// others are the digests of the store's models and of the versions of its tasks, which name their texts, with the program's version.
func (s Summary) others() string {
	parts := []string{"program " + release.Version()}
	for _, m := range s.plan.Models {
		parts = append(parts, fmt.Sprintf("model %s %.16s", m.Name, m.Version))
	}
	if s.plan.Corpus != "" {
		parts = append(parts, fmt.Sprintf("text %.16s", s.plan.Corpus))
	}
	for _, t := range s.plan.Tasks {
		for _, content := range []string{"essay", "squad", "hotpotqa"} {
			if _, rest, ok := strings.Cut(t.Version, ", "+content+" "); ok {
				digest, _, _ := strings.Cut(rest, ",")
				if part := fmt.Sprintf("text %s %.16s", content, digest); !strings.Contains(strings.Join(parts, ", "), part) {
					parts = append(parts, part)
				}
			}
		}
	}
	return strings.Join(parts, ", ")
}

// Origin says in one line what the summary was made from.
func (s Summary) Origin() string {
	return fmt.Sprintf("longseq: plan %s, store %s, %s", s.plan.Digest, s.store, s.others())
}
