//go:build unix

package samplefile

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longseq/data/ruler"
	"longseq/data/ruler/texts"
)

// killDir tells a child where to make a batch.
const killDir = "LONGSEQ_TEST_KILL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		sources, err := texts.Open("", "")
		if err == nil {
			_, err = smallBatch(dir, 3).Make(context.Background(), ruler.WhiteSpace{}, sources)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// tree returns the content of all files in a folder by their paths.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A batch that was killed at random moments, over and over until one run came to its end, must be that
// of a run that was never killed; and at every kill no file of a final name may be less than whole.
func TestAnyKillLeavesABatchThatEndsEqual(t *testing.T) {
	once := t.TempDir()
	if _, err := smallBatch(once, 2).Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t)); err != nil {
		t.Fatal(err)
	}
	want := tree(t, once)
	random := rand.New(rand.NewPCG(6, 7))
	kills, dir := 0, t.TempDir()
	for {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), killDir+"="+dir)
		child.Stderr = os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(20+random.IntN(60+20*kills))*time.Millisecond, func() { child.Process.Kill() })
		err := child.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		if child.ProcessState.ExitCode() > 0 {
			t.Fatalf("after %d kills the batch does not go on: %v", kills, err)
		}
		kills++
		for path, content := range tree(t, dir) {
			if name := filepath.Base(path); name == "validation.jsonl" && content != want[path] {
				t.Fatalf("after %d kills %s is not whole", kills, path)
			}
		}
	}
	t.Logf("%d kills", kills)
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("the batch differs from one that was not killed (-want +got):\n%.2000s", diff)
	}
	if kills == 0 {
		t.Error("no run was killed")
	}
}
