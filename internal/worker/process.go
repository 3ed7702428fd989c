package worker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// Share is a part of the cores this process may use: part Index, from 0, of Of equal parts.
type Share struct {
	Index, Of int
	// Set is a variable of the worker's environment, NAME=VALUE, such as the one that names its GPU; empty: none.
	Set string
}

// Process is a running worker. It serves one call at a time.
type Process struct {
	name     string
	cmd      *exec.Cmd
	calls    io.WriteCloser
	messages *bufio.Reader
	pipe     *os.File
	stderr   bytes.Buffer

	mu     sync.Mutex // held while a line is written
	called int        // the number of the last call
}

// Start starts a worker that serves the registered function of that name on its share of the cores. The
// worker is killed when this process ends.
func Start(name string, share Share) (*Process, error) {
	cmd, err := command(name)
	if err != nil {
		return nil, fmt.Errorf("start worker %s: %w", name, err)
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start worker %s: %w", name, err)
	}
	defer theirs.Close()
	p := &Process{name: name, cmd: cmd, pipe: ours, messages: bufio.NewReader(ours)}
	if share.Set != "" {
		p.cmd.Env = append(os.Environ(), share.Set)
	}
	p.cmd.ExtraFiles = []*os.File{theirs}
	p.cmd.Stderr = &p.stderr
	dieWithParent(p.cmd)
	if p.calls, err = p.cmd.StdinPipe(); err == nil {
		err = onShare(share, p.cmd.Start)
	}
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("start worker %s: %w", name, err)
	}
	return p, nil
}

// command returns the command that starts this program as a worker.
func command(name string) (*exec.Cmd, error) {
	if err := checkServes(); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return exec.Command(self, "-"+flagName+"="+name), nil
}

// Call calls the worker's function and passes its reports to on, which may be nil. When ctx is cancelled the
// function is asked to return; what it still reports is passed on.
func (p *Process) Call(ctx context.Context, argument any, on func(report json.RawMessage) error) error {
	raw, err := json.Marshal(argument)
	if err != nil {
		return fmt.Errorf("call worker %s: %w", p.name, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	p.called++
	number := p.called
	if err := p.send(line{Call: number, Argument: raw}); err != nil {
		return p.died()
	}
	// Not by a signal: the worker ignores those that its process group is sent.
	defer context.AfterFunc(ctx, func() { _ = p.send(line{Interrupt: number}) })() // an error is one of the messages too
	err = receive(p.messages, on)
	if errors.Is(err, errEnded) {
		return p.died()
	}
	return err
}

// send writes a line to the worker.
func (p *Process) send(l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err = p.calls.Write(append(text, '\n'))
	return err
}

// errEnded says that a worker's messages end in the middle of a call.
var errEnded = errors.New("the worker ended in the middle of a call")

// receive passes a worker's reports to on until the call ends, and returns how it ended.
func receive(messages *bufio.Reader, on func(report json.RawMessage) error) error {
	var failed error
	for {
		line, err := messages.ReadBytes('\n')
		var m message
		if err != nil || json.Unmarshal(line, &m) != nil { // killed, perhaps in the middle of a line
			return errEnded
		}
		switch {
		case m.Report != nil && on != nil && failed == nil:
			failed = on(m.Report)
		case m.Interrupted:
			return errors.Join(failed, context.Canceled)
		case m.Error != "":
			return errors.Join(failed, errors.New(m.Error))
		case m.Done:
			return failed
		}
	}
}

// died returns an error of one line: the worker ended in the middle of a call, and why.
func (p *Process) died() error {
	err := p.cmd.Wait()
	if err == nil {
		err = errors.New("exit status 0")
	}
	return fmt.Errorf("worker %s ended in the middle of a call: %w: %s", p.name, err, lastWords(p.stderr.String()))
}

// Close ends the worker. It must not be called during a call.
func (p *Process) Close() error {
	p.calls.Close()
	defer p.pipe.Close()
	if p.cmd.ProcessState != nil { // it has died, and Call has returned why
		return nil
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("end worker %s: %w", p.name, err)
	}
	return nil
}
