package models

import "longseq/internal/worker"

// In a process that was started to be a worker, init does not return.
func init() {
	worker.Register(workerName, work())
	worker.Serve()
}
