package verbs

import (
	"longseq/kernelsrc/backend"
)

// open opens the backend that --backend names.
func (s *session) open() (*backend.Backend, error) {
	b, err := backend.Open(s.backend)
	if err == nil {
		s.warn(b.Found)
	}
	return b, err
}

// warn prints the backend's warning, if it has one: what is slower and what cannot run without a plugin.
func (s *session) warn(found backend.Found) {
	if found.Warning != "" {
		s.say([]string{found.Warning})
	}
}
