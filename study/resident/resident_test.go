package resident

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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
	for range 250 {
		if len(n.workers()) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	n.t.Errorf("left are processes %v", n.workers())
}

// tiny is a model that comes with the repository, and a question for it.
const tiny = "../../lcmodels/tiny/mamba2"

var (
	haystack = "the needle riga dog of the light and the needle oslo cat in the same"
	ask      = Question{Prompt: haystack + " needle riga", MaxNewTokens: 3}
)

func TestAModelIsHeldBetweenCells(t *testing.T) {
	n := newNotebook(t)
	first := n.must(step{Model: tiny, Question: &ask})
	if first.Found || first.Answer.Text == "" || len(first.Answer.Tokens) != 3 {
		t.Errorf("the first cell got %+v", first)
	}
	workers := n.workers()
	second := n.must(step{Model: tiny, Question: &ask})
	if !second.Found || second.Answer.Text != first.Answer.Text || second.Pieces != first.Answer.Text {
		t.Errorf("the second cell got %+v, the first %+v", second, first)
	}
	if now := n.workers(); len(workers) != 1 || len(now) != 1 || now[0] != workers[0] {
		t.Errorf("processes %v after the first cell, %v after the second", workers, now)
	}
	for path, want := range map[string]os.FileMode{"resident": 0o700, "resident/socket": 0, "resident/log": 0o600, "resident/lock": 0o600} {
		info, err := os.Stat(filepath.Join(n.dir, path))
		if err != nil {
			t.Fatal(err)
		}
		if want != 0 && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
	}
	n.must(step{End: true})
	n.awaitNone()
	if o := n.must(step{Model: tiny}); o.Found {
		t.Error("the model was still held after the end")
	}
}

func TestATextIsReadOnceAndAskedOften(t *testing.T) {
	n := newNotebook(t)
	whole := n.must(step{Model: tiny, Question: &ask}).Answer
	kept := n.must(step{Model: tiny, Keep: &keep{"hay", haystack}}).Kept
	if kept.Found || kept.Tokens != len(strings.Fields(haystack)) {
		t.Errorf("kept %+v", kept)
	}
	behind := Question{Behind: "hay", Prompt: " needle riga", MaxNewTokens: 3}
	for range 2 { // asking leaves the state as it was
		if got := n.must(step{Model: tiny, Question: &behind}).Answer; got.Text != whole.Text {
			t.Errorf("behind the kept text the answer is %q, behind the whole prompt %q", got.Text, whole.Text)
		}
	}
	if again := n.must(step{Model: tiny, Keep: &keep{"hay", haystack}}).Kept; !again.Found || again.Tokens != kept.Tokens {
		t.Errorf("kept again %+v", again)
	}
	if other := n.must(step{Model: tiny, Keep: &keep{"hay", "another text"}}).Kept; other.Found || other.Tokens != 2 {
		t.Errorf("another text is kept as %+v", other)
	}
	unknown := Question{Behind: "grass", Prompt: "x", MaxNewTokens: 1}
	if o := n.run(step{Model: tiny, Question: &unknown})[0]; !strings.Contains(o.Error, `no text "grass" is kept`) {
		t.Errorf("an unknown name gives %q", o.Error)
	}
}

func TestAModelWhoseFilesHaveChangedIsLoadedAgain(t *testing.T) {
	n := newNotebook(t)
	model := t.TempDir()
	if err := os.CopyFS(model, os.DirFS(tiny)); err != nil {
		t.Fatal(err)
	}
	n.must(step{Model: model})
	if o := n.must(step{Model: model}); !o.Found {
		t.Error("the model was loaded twice")
	}
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(filepath.Join(model, "model.safetensors"), later, later); err != nil {
		t.Fatal(err)
	}
	o := n.run(step{Model: model}, step{Model: model, Question: &ask})
	if o[0].Found || !o[1].Found || o[1].Error != "" {
		t.Errorf("after a change of its files: %+v", o)
	}
}

func TestACrashIsOneLineAndTheNextCellGoesOn(t *testing.T) {
	n := newNotebook(t)
	n.must(step{Model: tiny, Question: &ask})
	old := n.workers()[0]
	long := Question{Prompt: haystack, MaxNewTokens: 1 << 30}
	cmd := n.command([]step{{Model: tiny, Question: &long}})
	var stdout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // it is in the middle of its answer, which has no end
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	var o []outcome
	if err := json.Unmarshal(stdout.Bytes(), &o); err != nil {
		t.Fatal(err)
	}
	want := "worker resident ended in the middle of a call: killed, by a user or by the system for want of memory; the next call starts it anew"
	if o[0].Error != want {
		t.Errorf("got  %q\nwant %q", o[0].Error, want)
	}
	if next := n.must(step{Model: tiny, Question: &ask}); next.Found || next.Answer.Text == "" {
		t.Errorf("the next cell got %+v", next)
	}
}

func TestAnInterruptedCellLeavesTheModelHeld(t *testing.T) {
	n := newNotebook(t)
	n.must(step{Model: tiny})
	long := Question{Prompt: haystack, MaxNewTokens: 1 << 30}
	cmd := n.command([]step{{Model: tiny, Question: &long}})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil { // as kernels do
		t.Fatal(err)
	}
	cmd.Wait()
	if o := n.must(step{Model: tiny, Question: &ask}); !o.Found || o.Answer.Text == "" {
		t.Errorf("after an interrupt: %+v", o)
	}
}

func TestTheProcessEndsWithTheKernel(t *testing.T) {
	n := newNotebook(t)
	cell := n.command([]step{{Model: tiny}})
	kernel := exec.Command("/bin/sh", "-c", `"$0"; echo; exec sleep 1000`, os.Args[0])
	kernel.Env = cell.Env
	out, err := kernel.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := kernel.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // the cell is at its end
		t.Fatal(err)
	}
	if len(n.workers()) != 1 {
		t.Fatalf("processes %v while the kernel lives", n.workers())
	}
	kernel.Process.Kill() // nobody has waited for it: it stays in the table of processes
	n.awaitNone()
	kernel.Wait()
}

func TestTheProcessEndsWhenItIsIdle(t *testing.T) {
	n := newNotebook(t, EnvIdle+"=300ms")
	n.must(step{Model: tiny})
	n.awaitNone()
	if o := n.must(step{Model: tiny, Question: &ask}); o.Found {
		t.Error("the model was held by a process that had ended")
	}
	n.env = []string{EnvIdle + "=soon"}
	if o := n.run(step{Model: tiny})[0]; o.Error != EnvIdle+"=soon: want a time such as 45m or 2h" {
		t.Errorf("a wrong time gives %q", o.Error)
	}
}

func TestABackendThatIsChosenLaterIsTaken(t *testing.T) {
	n := newNotebook(t, "GOMLX_BACKEND=go")
	first := n.must(step{Model: tiny, Question: &ask})
	n.env = []string{"GOMLX_BACKEND=none"}
	if o := n.run(step{Model: tiny})[0]; !strings.Contains(o.Error, `"none"`) {
		t.Errorf("a backend that is not there gives %q", o.Error)
	}
	n.env = []string{"GOMLX_BACKEND=go"}
	if o := n.must(step{Model: tiny, Question: &ask}); !o.Found || o.Answer.Text != first.Answer.Text {
		t.Errorf("the first backend again gives %+v", o)
	}
}

func TestKernelsThatAreChosenLaterAreTaken(t *testing.T) {
	n := newNotebook(t, "LONGSEQ_NATIVE=off")
	first := n.must(step{Model: tiny, Question: &ask})
	if o := n.must(step{Model: tiny}); !o.Found {
		t.Error("the same choice loads the model again")
	}
	n.env = []string{"LONGSEQ_NATIVE=avx2"}
	if o := n.must(step{Model: tiny, Question: &ask}); o.Found || o.Answer.Text != first.Answer.Text {
		t.Errorf("another choice gives %+v", o)
	}
	if now := n.workers(); len(now) != 1 {
		t.Errorf("processes %v after two choices", now)
	}
}

func TestMistakesAreOneLine(t *testing.T) {
	n := newNotebook(t)
	broken := t.TempDir()
	for s, want := range map[*step]string{
		{Model: "no/such/model"}:                            "model no/such/model: ",
		{Model: broken}:                                     broken,
		{Model: tiny, Keep: &keep{}}:                        "it has no name",
		{Model: tiny, Question: &Question{Prompt: "x"}}:     "MaxNewTokens is 0: want at least 1",
		{Model: tiny, Question: &Question{MaxNewTokens: 1}}: "the prompt is empty",
	} {
		o := n.run(*s)[0]
		if !strings.Contains(o.Error, want) || strings.Contains(o.Error, "\n") {
			t.Errorf("%+v gives %q, want one line with %q", s, o.Error, want)
		}
	}
}

func TestOutsideANotebookTheProcessEndsWithTheProgram(t *testing.T) {
	n := newNotebook(t, "GONB_PIPE=")
	if o := n.run(step{Model: tiny}, step{Model: tiny, Question: &ask}); !o[1].Found || o[1].Error != "" {
		t.Errorf("got %+v", o)
	}
	n.awaitNone()
}

// BenchmarkFirstToken measures the time from the start of a cell's program to the first token of the answer
// of a model that is held, as its kernel sees it.
//
//	go test ./study/resident -run '^$' -bench FirstToken -benchtime 20x
func BenchmarkFirstToken(b *testing.B) {
	for _, name := range []string{"mamba2", "mamba2attn", "transformerpp", "rwkv6", "griffin", "llama"} {
		b.Run(name, func(b *testing.B) {
			n := newNotebook(b)
			s := step{Model: "../../lcmodels/tiny/" + name, Question: &ask}
			n.must(s)
			var waited time.Duration
			for b.Loop() {
				begin := time.Now()
				o := n.must(s)
				if !o.Found {
					b.Fatal("the model was not held")
				}
				waited += o.First.Sub(begin)
			}
			b.ReportMetric(float64(waited.Milliseconds())/float64(b.N), "ms/first-token")
		})
	}
}

// BenchmarkLoad measures the same where nothing is held: the process is started, the model loaded and its
// graphs are compiled.
func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"mamba2", "llama"} {
		b.Run(name, func(b *testing.B) {
			n := newNotebook(b)
			s := step{Model: "../../lcmodels/tiny/" + name, Question: &ask}
			var waited time.Duration
			for b.Loop() {
				begin := time.Now()
				o := n.run(s, step{End: true})[0]
				if o.Found || o.Error != "" {
					b.Fatalf("got %+v", o)
				}
				waited += o.First.Sub(begin)
			}
			b.ReportMetric(float64(waited.Milliseconds())/float64(b.N), "ms/first-token")
		})
	}
}

func ExampleOpen() {
	ctx := context.Background()
	m, err := Open(ctx, "../../lcmodels/tiny/llama", Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer End(ctx)
	_, err = m.Keep(ctx, "haystack", "the needle riga dog of the light")
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := m.Answer(ctx, Question{Behind: "haystack", Prompt: " needle riga", MaxNewTokens: 1}, nil)
	fmt.Println(answer.Text, err)
	// Output: dog <nil>
}
