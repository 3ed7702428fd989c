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

// writersTimeout is how long a cell waits at most, after its process has ended, for the processes that this one has started and that
// still hold its standard output or error.
const writersTimeout = 5 * time.Second

// killAfter is how long an interrupted process may take to end before it is killed.
const killAfter = 5 * time.Second

// command describes a process of a cell.
type command struct {
	argv    []string
	dir     string
	env     []string
	stdin   io.Reader // nil: standard input is empty
	pipes   *pipes    // nil: no display pipes
	started func()    // called once the process has started; may be nil
}

// run runs a process in a process group of its own and passes what it and its children write to the pump. It returns when
// the process has ended and everything is passed on; children may write for writersTimeout longer. When ctx is cancelled the group gets SIGINT, and SIGKILL after killAfter.
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
	if c.started != nil {
		c.started()
	}
	group := cmd.Process.Pid
	e.guardian.add(group)
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
	left := !p.awaitWriters(ctx, e.writers) && ctx.Err() == nil
	close(ended)
	<-interrupted
	closeInput()
	if c.pipes != nil {
		c.pipes.finish()
	}
	p.finish()
	if left {
		p.out.Stream("stderr", fmt.Sprintf("a process that this cell started runs on; what it prints after %v is lost: wait for it, or send its output to a file\n", e.writers))
	}
	e.guardian.removeEnded()
	return err
}

// stopGroup interrupts a process group if ctx is cancelled before the process has ended.
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
	unix.Kill(-group, unix.SIGKILL) // children that the process has left too
}

// input returns the process's standard input, and a function that closes its other end. For a program with display
// pipes it is a pipe to which only the user's answers are written.
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
		io.Copy(write, c.stdin) // fails if the process ends before it has read all
	}()
	return read, func() { write.Close() }, nil
}
