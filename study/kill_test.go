//go:build unix

package study

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"
)

// killDir tells a child which store to fill.
const killDir = "LONGSEQ_TEST_KILL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		s := sweep(dir, &fakeModels{pause: time.Millisecond})
		s.Workers = 2
		if _, err := s.Run(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The store of a sweep that was killed at random moments, over and over until one run came to its
// end, must be that of a sweep that was never killed.
func TestAnyKillLeavesAStoreThatEndsEqual(t *testing.T) {
	want := uninterrupted(t)
	random := rand.New(rand.NewPCG(4, 5))
	const enough = 100
	kills, stores, halves := 0, 0, 0
	for kills < enough {
		stores++
		dir := t.TempDir()
		for patience := 120; ; patience += 20 { // milliseconds: a busy machine needs longer to come to its end
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), killDir+"="+dir)
			child.Stderr = os.Stderr
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(random.IntN(patience))*time.Millisecond, func() { child.Process.Kill() })
			err := child.Wait()
			timer.Stop()
			if err == nil {
				break
			}
			if child.ProcessState.ExitCode() > 0 {
				t.Fatalf("after %d kills the sweep does not go on: %v", kills, err)
			}
			kills++
			if random.IntN(3) == 0 && tear(t, dir, random) { // a kill seldom falls inside a write: help it
				halves++
			}
		}
		got, err := OpenStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		mustEqual(t, got, want)
	}
	t.Logf("%d kills over %d stores, %d last lines torn", kills, stores, halves)
}

// tear cuts the end off the newest record file, as a write that a kill or a full disk cut short.
func tear(t *testing.T, dir string, random *rand.Rand) bool {
	t.Helper()
	files, err := recordFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		return false
	}
	name := files[random.IntN(len(files))]
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, max(0, info.Size()-random.Int64N(500))); err != nil {
		t.Fatal(err)
	}
	return true
}
