package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killAfter is how long an interrupted process may take to finish.
const killAfter = 5 * time.Second

// command is a process to run for a cell.
type command struct {
	argv  []string
	dir   string
	env   []string
	stdin io.Reader // nil: nothing to read
	pipes *pipes    // nil: no display pipes
}

// run runs a process in a group of its own, with its output going to the pump, until it ends and
// all it wrote is out. When ctx is cancelled the group gets SIGINT, and SIGKILL later.
func (e *Engine) run(ctx context.Context, c command, p *pump) error {
	cmd := exec.Command(c.argv[0], c.argv[1:]...)
	cmd.Dir, cmd.Env = c.dir, append(c.env, "PWD="+c.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, closeInput, err := c.input()
	if err != nil {
		return fmt.Errorf("run %s: %w", c.argv[0], err)
	}
	if stdin != nil {
		cmd.Stdin = stdin
	}
	var ends []*os.File
	for _, stream := range []struct {
		name string
		to   *io.Writer
	}{{"stdout", &cmd.Stdout}, {"stderr", &cmd.Stderr}} {
		end, err := p.attach(stream.name)
		if err != nil {
			return fmt.Errorf("run %s: %w", c.argv[0], err)
		}
		*stream.to = end
		ends = append(ends, end)
	}
	err = cmd.Start()
	for _, end := range append(ends, stdin) {
		if end != nil {
			end.Close()
		}
	}
	if err != nil {
		closeInput()
		p.finish()
		return fmt.Errorf("run %s: %w", c.argv[0], err)
	}
	group := cmd.Process.Pid
	e.guardian.begin(group)
	if c.pipes != nil {
		c.pipes.serve(p)
	}
	ended := make(chan struct{})
	interrupted := make(chan struct{})
	go func() {
		defer close(interrupted)
		stopGroup(ctx, group, ended)
	}()
	err = cmd.Wait()
	close(ended)
	<-interrupted
	closeInput()
	if c.pipes != nil {
		c.pipes.finish()
	}
	p.finish()
	e.guardian.end()
	return err
}

// stopGroup interrupts a process group when ctx is cancelled before the process has ended.
func stopGroup(ctx context.Context, group int, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	unix.Kill(-group, unix.SIGINT)
	select {
	case <-ended:
	case <-time.After(killAfter):
	}
	unix.Kill(-group, unix.SIGKILL) // what the process has left behind too
}

// input returns the end of standard input to give to the process, and what closes the other end. A
// program with display pipes has a pipe that stays silent until the user answers.
func (c command) input() (*os.File, func(), error) {
	if c.stdin == nil && c.pipes == nil {
		return nil, func() {}, nil
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	if c.pipes != nil {
		c.pipes.stdin = write
		return read, func() { write.Close() }, nil
	}
	go func() {
		defer write.Close()
		io.Copy(write, c.stdin) // a process that does not read its input may end before
	}()
	return read, func() { write.Close() }, nil
}
