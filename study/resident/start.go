package resident

import "longseq/internal/worker"

// In a process that was started to hold models, init does not return.
func init() {
	worker.Register(function, newHolder().call)
	worker.Serve()
}
