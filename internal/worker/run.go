package worker

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Job is one call of a registered function. Its argument travels as JSON.
type Job struct {
	Name     string
	Argument any
}

// Run runs the jobs, each in a worker of its own. They are started in order, and at most parallel of them run at a
// time (0: one a core). on, which may be nil, is called with each report of job i, by one goroutine at a time. The
// first failure cancels the other jobs. When ctx is cancelled the jobs are asked to return, and Run returns ctx's error
// when they have.
func Run(ctx context.Context, jobs []Job, parallel int, on func(i int, report json.RawMessage) error) error {
	if parallel < 1 {
		parallel = runtime.NumCPU()
	}
	parallel = min(parallel, len(jobs))
	shares := make(chan Share, parallel)
	for i := range parallel {
		shares <- Share{Index: i, Of: parallel}
	}
	var turn sync.Mutex
	group, groupCtx := errgroup.WithContext(ctx)
	for i, job := range jobs {
		share := <-shares
		if groupCtx.Err() != nil {
			break
		}
		group.Go(func() error {
			defer func() { shares <- share }()
			p, err := Start(job.Name, share)
			if err != nil {
				return err
			}
			err = p.Call(groupCtx, job.Argument, func(report json.RawMessage) error {
				turn.Lock()
				defer turn.Unlock()
				if on == nil {
					return nil
				}
				return on(i, report)
			})
			return errors.Join(err, p.Close())
		})
	}
	err := group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
