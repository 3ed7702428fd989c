//go:build unix

package verbs

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// signalGroup is the script command `signalgroup FOLDER COMMAND...`: it starts the command in a process group of its own,
// sends SIGTERM and SIGUSR1 to all of the group, as a batch system does, when a record file is in the folder, and checks
// that it ends as interrupted, with its line.
func signalGroup(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: signalgroup FOLDER COMMAND...")
	}
	var stderr bytes.Buffer
	cmd := exec.Command("env", append([]string{"-C", ts.Getenv("WORK"), "PATH=" + ts.Getenv("PATH"),
		"HOME=" + ts.Getenv("HOME"), "PJRT_PLUGIN_LIBRARY_PATH=" + ts.Getenv("PJRT_PLUGIN_LIBRARY_PATH")}, args[1:]...)...)
	cmd.Stderr = &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	ts.Check(cmd.Start())
	for {
		files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "records-*.jsonl"))
		ts.Check(err)
		if len(files) > 0 || syscall.Kill(cmd.Process.Pid, 0) != nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM, syscall.SIGUSR1} {
		ts.Check(syscall.Kill(-cmd.Process.Pid, s))
	}
	err := cmd.Wait()
	var done, total int
	if _, scan := fmt.Sscanf(lastLine(stderr.String()), "longseq: interrupted: %d of %d samples are in ", &done, &total); scan != nil ||
		err == nil || err.Error() != "exit status 130" || done == 0 || done >= total {
		ts.Fatalf("it ended with %v: %s", err, stderr.String())
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
