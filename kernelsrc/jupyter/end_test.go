package jupyter

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestShutdownLeavesNothing(t *testing.T) {
	c := start(t)
	pid := strings.TrimSpace(c.mustRun("!sleep 1000 >/dev/null 2>&1 & echo $!"))
	c.send(c.control, "shutdown_request", map[string]any{"restart": false})
	if reply := c.receive(c.control); reply.Header.MsgType != "shutdown_reply" {
		t.Errorf("got %s", reply.Header.MsgType)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Error(err)
	}
	c.nothingLeft(pid)
}

func TestKilledKernelLeavesNothing(t *testing.T) {
	c := start(t)
	id := c.send(c.shell, "execute_request", map[string]any{"code": "%%\nfmt.Println(os.Getpid())\nselect {case <-time.After(time.Hour):}"})
	var pid string
	for pid == "" {
		if m := c.next(); m.Header.MsgType == "stream" && parent(m) == id {
			pid = strings.TrimSpace(fields(m)["text"].(string))
		}
	}
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	c.cmd.Wait()
	c.nothingLeft(pid)
}

func TestKernelEndsWithItsServer(t *testing.T) {
	c := startUnder(t, []string{"/bin/sh", "-c", `JPY_PARENT_PID=$$ "$0" & echo $!; wait`})
	pid := strings.TrimSpace(c.mustRun("!sleep 1000 >/dev/null 2>&1 & echo $!"))
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.cmd.Wait()
	c.nothingLeft(pid)
}

func TestStubbornCellsAreInterrupted(t *testing.T) {
	c := start(t)
	for _, cell := range []struct{ name, code string }{
		{"one that never ends", "%%\nfmt.Println(os.Getpid())\nfor {}"},
		{"one that reads its input", "%%\nfmt.Println(os.Getpid())\nio.ReadAll(os.Stdin)"},
		{"one that starts others", "%%\nfmt.Println(os.Getpid())\nfor range 20 { exec.Command(\"sleep\", \"1000\").Start() }\nexec.Command(\"sh\", \"-c\", \"sleep 1000 & sleep 1000\").Run()"},
		{"one that writes without end", "%%\nfmt.Println(os.Getpid())\nfor { fmt.Println(strings.Repeat(\"x\", 1000)) }"},
		{"one that fills the disk", "%%\nfmt.Println(os.Getpid())\nf, _ := os.CreateTemp(\".\", \"x\")\nfor { f.WriteAt(make([]byte, 1<<20), 0) }"},
		{"one that takes no signal", "%%\nsignal.Ignore(os.Interrupt)\nfmt.Println(os.Getpid())\nfor {}"},
		{"a shell command", "!echo $$; sleep 1000; sleep 1000"},
		{"a script", "%%bash\necho $$; while true; do sleep 1; done"},
	} {
		t.Run(cell.name, func(t *testing.T) {
			id := c.send(c.shell, "execute_request", map[string]any{"code": cell.code})
			var text string
			for !strings.Contains(text, "\n") {
				if m := c.next(); m.Header.MsgType == "stream" && parent(m) == id {
					text += fields(m)["text"].(string)
				}
			}
			pid, _, _ := strings.Cut(text, "\n")
			c.send(c.control, "interrupt_request", map[string]any{})
			c.receive(c.control)
			if r := fields(c.receive(c.shell)); r["ename"] != "Interrupted" {
				t.Errorf("the cell says %v", r)
			}
			c.collect(id)
			left := groupOf(t, pid)
			for range 100 { // on a busy machine a killed process takes a moment to end
				if len(left) == 0 {
					break
				}
				time.Sleep(20 * time.Millisecond)
				left = groupOf(t, pid)
			}
			if len(left) > 0 {
				t.Errorf("left are %q", left)
			}
		})
	}
	if got := c.mustRun("%%\nfmt.Print(\"on\")"); got != "on" {
		t.Errorf("the next cell prints %q", got)
	}
}

// groupOf returns the processes that live in a process group.
func groupOf(t *testing.T, group string) (list []string) {
	t.Helper()
	out, err := exec.Command("ps", "-eo", "pgid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); words[0] == group && words[1][0] != 'Z' {
			list = append(list, line)
		}
	}
	return list
}

// nothingLeft checks that a process and the kernel's folders are gone within a moment.
func (c *client) nothingLeft(pid string) {
	c.t.Helper()
	var left []string
	for range 3000 {
		left, _ = filepath.Glob(filepath.Join(c.temp, "longseq-*"))
		state, _ := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
		if alive := strings.TrimSpace(string(state)); alive != "" && alive[0] != 'Z' {
			left = append(left, "process "+pid)
		}
		if len(left) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.t.Errorf("left are %q", left)
}

func TestFilesOfTheKernelArePrivate(t *testing.T) {
	c := start(t)
	got := c.mustRun("!stat -c %a $GONB_TMP_DIR $GONB_TMP_DIR/.lock")
	if got != "700\n600\n" {
		t.Errorf("modes are %q", got)
	}
	got = c.mustRun("%%\nfor _, name := range []string{\"GONB_PIPE\", \"GONB_PIPE_BACK\"} {\n\tinfo, err := os.Stat(os.Getenv(name))\n\tfmt.Println(info.Mode(), err)\n}")
	if want := strings.Repeat("prw------- <nil>\n", 2); got != want {
		t.Errorf("pipes are %q, want %q", got, want)
	}
}

func TestTwoKernelsAtOnce(t *testing.T) {
	a, b := start(t), start(t)
	a.mustRun("const who = \"a\"")
	b.mustRun("const who = \"b\"")
	if got := a.mustRun("%%\nfmt.Print(who)") + b.mustRun("%%\nfmt.Print(who)"); got != "ab" {
		t.Errorf("got %q", got)
	}
}

func TestStaleFoldersAreRemoved(t *testing.T) {
	temp := t.TempDir()
	stale := filepath.Join(temp, "longseq-kernel-1")
	if err := os.Mkdir(stale, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stale, ".lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, "TMPDIR="+temp).mustRun("!true")
	if _, err := os.Stat(stale); err == nil {
		t.Error("the folder of a dead kernel is still there")
	}
}
