package resident

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"longseq/internal/worker"
)

// cellEnv makes the test binary the program of a cell: it holds what the cell does.
const cellEnv = "RESIDENT_TEST_CELL"

// step is one thing that a cell does with a model.
type step struct {
	Model    string
	Question *Question `json:",omitempty"`
	Keep     *keep     `json:",omitempty"`
	End      bool      `json:",omitempty"`
}

// outcome is what came of a step.
type outcome struct {
	Found  bool // the model was held already
	Answer Answer
	Kept   Kept
	Pieces string    // the answer's text as it came piece by piece
	First  time.Time // when its first piece came
	Error  string
}

func TestMain(m *testing.M) {
	worker.Main()
	if script := os.Getenv(cellEnv); script != "" {
		playCell(script)
		return
	}
	os.Exit(m.Run())
}

// playCell does the steps of a cell and prints what came of them.
func playCell(script string) {
	var steps []step
	if err := json.Unmarshal([]byte(script), &steps); err != nil {
		panic(err)
	}
	var outcomes []outcome
	for _, s := range steps {
		o, err := s.do(context.Background())
		if err != nil {
			o.Error = err.Error()
		}
		outcomes = append(outcomes, o)
	}
	json.NewEncoder(os.Stdout).Encode(outcomes)
}

func (s step) do(ctx context.Context) (o outcome, err error) {
	if s.End {
		return o, End(ctx)
	}
	m, err := Open(ctx, s.Model, Options{})
	if err != nil {
		return o, err
	}
	o.Found = m.Found
	switch {
	case s.Keep != nil:
		o.Kept, err = m.Keep(ctx, s.Keep.Name, s.Keep.Text)
	case s.Question != nil:
		o.Answer, err = m.Answer(ctx, *s.Question, func(piece string) {
			if o.Pieces == "" {
				o.First = time.Now()
				fmt.Fprintln(os.Stderr, answering)
			}
			o.Pieces += piece
		})
	}
	return o, err
}

// notebook is a kernel as a cell sees it: a build folder, and the process that starts the cell, here the
// test itself.
type notebook struct {
	t   testing.TB
	dir string
	env []string
}

func newNotebook(t testing.TB, env ...string) *notebook {
	t.Helper()
	dir, err := os.MkdirTemp("", "resident") // shorter than t.TempDir: a socket's path has at most 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	n := &notebook{t: t, dir: dir, env: env}
	t.Cleanup(func() {
		for _, pid := range n.workers() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		os.RemoveAll(dir)
	})
	return n
}

// command is the program of a cell.
func (n *notebook) command(steps []step) *exec.Cmd {
	n.t.Helper()
	script, err := json.Marshal(steps)
	if err != nil {
		n.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), cellEnv+"="+string(script), "GONB_TMP_DIR="+n.dir, "GONB_PIPE=pipe"), n.env...)
	return cmd
}

// answering is what a cell says on standard error when the first piece of an answer has come.
const answering = "answering"

// startLong starts a cell whose answer has no end, and returns when the answer has begun.
func (n *notebook) startLong(cmd *exec.Cmd) {
	n.t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	if line, err := bufio.NewReader(stderr).ReadString('\n'); err != nil || line != answering+"\n" {
		n.t.Fatalf("the cell says %q, error %v", line, err)
	}
}

// run runs a cell.
func (n *notebook) run(steps ...step) []outcome {
	n.t.Helper()
	cmd := n.command(steps)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	var outcomes []outcome
	if err != nil || json.Unmarshal(text, &outcomes) != nil {
		n.t.Fatalf("a cell printed %q: %v: %s", text, err, &stderr)
	}
	return outcomes
}

// must runs a cell of one step, which must not fail.
func (n *notebook) must(s step) outcome {
	n.t.Helper()
	o := n.run(s)[0]
	if o.Error != "" {
		n.t.Fatal(o.Error)
	}
	return o
}

// workers returns the resident processes of the notebook.
func (n *notebook) workers() (pids []int) {
	n.t.Helper()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		n.t.Skip("this system has no /proc to find processes in")
	}
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		n.t.Fatal(err)
	}
	for _, folder := range folders {
		env, errEnv := os.ReadFile(filepath.Join(folder, "environ"))
		args, errArgs := os.ReadFile(filepath.Join(folder, "cmdline"))
		if errEnv != nil || errArgs != nil { // ended meanwhile, or another user's
			continue
		}
		if bytes.Contains(env, []byte("GONB_TMP_DIR="+n.dir+"\x00")) && bytes.HasSuffix(args, []byte("worker="+function+"\x00")) {
			pid, err := strconv.Atoi(filepath.Base(folder))
			if err != nil {
				n.t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// awaitNone waits until the notebook has no resident process.
func (n *notebook) awaitNone() {
	n.t.Helper()
	for range 3000 {
		if len(n.workers()) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	n.t.Errorf("left are processes %v", n.workers())
}
