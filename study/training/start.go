package training

import "longseq/internal/worker"

func init() {
	worker.Register(workerName, work)
	worker.Register(measureName, measure)
}
