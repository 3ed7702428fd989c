//go:build unix

package ablation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"longseq/internal/worker"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/study/training"
)

// killDir tells a child where to train.
const killDir = "LONGSEQ_TEST_KILL_DIR"

// killed is the plan that is killed. Its snapshot comes after 50 steps.
const killed = `
base: llama
vary: {config.intermediate_size: [40]}
train: {steps: 400, rows: 2, length: 32}
`

func TestMain(m *testing.M) {
	worker.Main()
	if dir := os.Getenv(killDir); dir != "" {
		p, err := Parse("killed.yaml", []byte(killed))
		if err == nil {
			_, err = p.TrainModels(context.Background(), Where{Dir: dir}, training.Options{})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// An ablation that was killed at random moments, over and over until one call came to its end, must have the weights of one
// that was never killed. LONGSEQ_KILLS is how many kills there are at least; 2 by default.
func TestAnyKillLeavesModelsThatEndEqual(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	enough := 2
	if text := os.Getenv("LONGSEQ_KILLS"); text != "" {
		var err error
		if enough, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	p := parse(t, killed)
	begin := time.Now()
	whole, err := p.TrainModels(t.Context(), Where{Dir: t.TempDir()}, training.Options{})
	if err != nil {
		t.Fatal(err)
	}
	takes := time.Since(begin)
	random := rand.New(rand.NewPCG(4, 5))
	kills, resumed, times := 0, 0, 0
	for kills < enough {
		times++
		dir := t.TempDir()
		snapshot := func() bool {
			left, _ := filepath.Glob(filepath.Join(dir, "models", ".*.unfinished", "training.safetensors"))
			return len(left) > 0
		}
		for patience := takes; ; patience += takes / 4 { // a busy machine needs longer to come to its end
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), killDir+"="+dir)
			child.Stderr = os.Stderr
			fresh := !snapshot()
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			until := time.Now().Add(time.Duration(random.Int64N(int64(patience))))
			later := time.Duration(random.IntN(100)) * time.Millisecond
			go func() { // kills soon after the first snapshot, and else at a random moment
				for fresh || time.Now().Before(until) {
					if fresh && snapshot() {
						fresh, until = false, time.Now().Add(later)
					}
					select {
					case <-done:
						return
					case <-time.After(time.Millisecond):
					}
				}
				child.Process.Kill()
			}()
			err := child.Wait()
			close(done)
			if err == nil {
				break
			}
			if child.ProcessState.ExitCode() > 0 {
				t.Fatalf("after %d kills the ablation does not go on: %v", kills, err)
			}
			kills++
			if snapshot() {
				resumed++
			}
		}
		models, missing, err := p.Models(Where{Dir: dir})
		if err != nil || len(missing) > 0 || len(models) != len(whole) {
			t.Fatalf("%d models, missing %v, %v", len(models), missing, err)
		}
		for i, m := range models {
			if m.Record.Weights != whole[i].Record.Weights || m.Record.Weights == "" {
				t.Errorf("%s has weights %q, without a kill %q", m.Job.Name, m.Record.Weights, whole[i].Record.Weights)
			}
		}
	}
	t.Logf("%d kills over %d trainings, after %d of them with a snapshot to go on from", kills, times, resumed)
}
