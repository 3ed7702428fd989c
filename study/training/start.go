package training

import "longseq/internal/worker"

// In a process that was started as a worker, Serve does not return.
func init() {
	worker.Register(workerName, work)
	worker.Serve()
}
