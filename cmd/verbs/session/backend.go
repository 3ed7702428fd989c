package session

import (
	"longseq/kernelsrc/backend"
)

// open opens the backend that --backend names.
func (s *Session) Open() (*backend.Backend, error) {
	b, err := backend.Open(s.Backend)
	if err == nil {
		s.Warn(b.Found)
	}
	return b, err
}

// warn prints the backend's warning, if it has one: what is slower and what cannot run without a plugin.
func (s *Session) Warn(found backend.Found) {
	if found.Warning != "" {
		s.Say([]string{found.Warning})
	}
}
