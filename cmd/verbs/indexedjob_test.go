//go:build unix

package verbs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sync/errgroup"

	"longseq/study"
)

// indexedJob is the script command `indexedjob MANIFEST`: it does what Kubernetes does with an Indexed Job, on this machine. Each index
// is a process, all at once, that is told which it is. The first pods of the indices are killed, told to end, or left alone, in turn, and
// one begins twice at once. An index whose pod failed, or was told to end, has another one.
func indexedJob(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: indexedjob MANIFEST")
	}
	var job struct {
		Spec struct {
			Completions, BackoffLimitPerIndex int
			Template                          struct {
				Spec struct {
					Containers []struct {
						Command, Args []string
						Env           []struct{ Name, Value string }
					}
				}
			}
		}
	}
	ts.Check(yaml.Unmarshal([]byte(ts.ReadFile(args[0])), &job))
	container := job.Spec.Template.Spec.Containers[0]
	pod := func(index int, end syscall.Signal) error {
		call := []string{"-C", ts.Getenv("WORK"), "PATH=" + ts.Getenv("PATH"), "PJRT_PLUGIN_LIBRARY_PATH=" + ts.Getenv("PJRT_PLUGIN_LIBRARY_PATH"),
			"JOB_COMPLETION_INDEX=" + strconv.Itoa(index)}
		for _, e := range container.Env {
			call = append(call, e.Name+"="+e.Value)
		}
		cmd := exec.Command("env", slices.Concat(call, container.Command, container.Args)...)
		if err := cmd.Start(); err != nil {
			return err
		}
		if end != 0 {
			time.Sleep(time.Duration(100+rand.IntN(600)) * time.Millisecond)
			_ = cmd.Process.Signal(end) // it may be over
		}
		return cmd.Wait()
	}
	var all errgroup.Group
	for index := range job.Spec.Completions {
		ends := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, 0}
		all.Go(func() error {
			if index == 0 {
				all.Go(func() error { return pod(index, 0) })
			}
			failed := 0
			for try := 0; ; try++ {
				end := syscall.Signal(0)
				if try == 0 {
					end = ends[index%len(ends)]
				}
				err := pod(index, end)
				if err == nil {
					return nil
				}
				var exit *exec.ExitError
				if errors.As(err, &exit) && exit.ExitCode() == statusInterrupted {
					continue // which the policy ignores
				}
				if failed++; failed > job.Spec.BackoffLimitPerIndex {
					return fmt.Errorf("index %d failed %d times: %w", index, failed, err)
				}
			}
		})
	}
	ts.Check(all.Wait())
}

// sameStore is the script command `samestore A B`: two stores have the same records, and no two of a sample that differ.
func sameStore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samestore A B")
	}
	var stores []*study.Store
	for _, dir := range args {
		store, err := study.OpenStore(ts.MkAbs(dir))
		ts.Check(err)
		if store.Disagreeing > 0 || len(store.Records) == 0 {
			ts.Fatalf("%s has %d records, of which %d disagree", dir, len(store.Records), store.Disagreeing)
		}
		ts.Logf("%s: %d records, %d doubled", dir, len(store.Records), store.Doubled)
		stores = append(stores, store)
	}
	ts.Check(study.Equal(stores[0], stores[1]))
}
