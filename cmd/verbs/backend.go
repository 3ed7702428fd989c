package verbs

import (
	"fmt"

	"longseq/kernelsrc/backend"
)

// open opens the backend that --backend says.
func (s *session) open() (*backend.Backend, error) {
	b, err := backend.Open(s.backend)
	if err == nil {
		s.warn(b.Found)
	}
	return b, err
}

// warn says in a line what is slower and what cannot run, where no plugin was found.
func (s *session) warn(found backend.Found) {
	if found.Warning != "" {
		fmt.Fprintln(s.err, "longseq: "+found.Warning)
	}
}
