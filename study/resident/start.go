package resident

import "longseq/internal/worker"

// function is the name of the worker function that holds the models.
const function = "resident"

func init() { worker.Register(function, newHolder().call) }
