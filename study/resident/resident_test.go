package resident

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

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
	cmd.Stdout = &stdout
	n.startLong(cmd)
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
	want := "worker resident ended in the middle of a call: killed, by a user or by the system for want of memory; the next call starts it again"
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
	n.startLong(cmd)
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
