package jupyter

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"longseq/kernelsrc/jupyter/wire"
)

// kernelEnv is the variable that makes the test binary a kernel. It holds the connection file.
const kernelEnv = "LONGSEQ_TEST_KERNEL"

func TestMain(m *testing.M) {
	if file := os.Getenv(kernelEnv); file != "" {
		if err := Run(context.Background(), file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for a message.
const patience = 10 * time.Minute

// client is a Jupyter client with a kernel of its own.
type client struct {
	t          testing.TB
	cmd        *exec.Cmd
	temp       string // the kernel's TMPDIR
	dir        string // the kernel's directory
	connection wire.Connection
	signer     *wire.Signer
	shell      zmq4.Socket
	control    zmq4.Socket
	stdin      zmq4.Socket
	iopub      chan wire.Message
}

// start starts a kernel with some more environment variables and connects to it.
func start(t testing.TB, env ...string) *client {
	t.Helper()
	return startUnder(t, nil, env...)
}

// startUnder starts a kernel with a command whose last argument is the kernel's program.
func startUnder(t testing.TB, argv []string, env ...string) *client {
	t.Helper()
	c := &client{t: t, temp: t.TempDir(), dir: t.TempDir(), iopub: make(chan wire.Message, 1<<16), connection: freePorts(t)}
	text, err := json.Marshal(c.connection)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.dir, "kernel-abc.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c.signer = wire.NewSigner(c.connection.Key)
	argv = append(argv, os.Args[0])
	c.cmd = exec.Command(argv[0], argv[1:]...)
	c.cmd.Dir = c.dir
	c.cmd.Env = append(append(os.Environ(), kernelEnv+"="+file, "TMPDIR="+c.temp), env...)
	c.cmd.Stderr = os.Stderr
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		if c.cmd.ProcessState == nil {
			c.cmd.Process.Kill()
			c.cmd.Wait()
		}
	})
	id := zmq4.WithID(zmq4.SocketIdentity("client"))
	retry := zmq4.WithDialerRetry(20 * time.Millisecond)
	many := zmq4.WithDialerMaxRetries(1000)
	c.shell = zmq4.NewDealer(ctx, id, retry, many)
	c.control = zmq4.NewDealer(ctx, id, retry, many)
	c.stdin = zmq4.NewDealer(ctx, id, retry, many)
	sub := zmq4.NewSub(ctx, retry, many)
	for socket, port := range map[zmq4.Socket]int{c.shell: c.connection.ShellPort, c.control: c.connection.ControlPort, c.stdin: c.connection.StdinPort, sub: c.connection.IOPubPort} {
		if err := socket.Dial(fmt.Sprintf("tcp://127.0.0.1:%d", port)); err != nil {
			t.Fatal(err)
		}
	}
	if err := sub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			message, err := sub.Recv()
			if err != nil {
				return
			}
			if m, err := c.signer.Open(message.Frames); err == nil {
				c.iopub <- m
			}
		}
	}()
	for c.next().Header.MsgType != "iopub_welcome" {
	}
	return c
}

// freePorts returns a connection with ports that were free a moment ago.
func freePorts(t testing.TB) wire.Connection {
	t.Helper()
	c := wire.Connection{Transport: "tcp", IP: "127.0.0.1", Key: "secret", SignatureScheme: "hmac-sha256"}
	for _, port := range []*int{&c.ShellPort, &c.ControlPort, &c.StdinPort, &c.IOPubPort, &c.HeartbeatPort} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return c
}

// next returns the next message of iopub.
func (c *client) next() wire.Message {
	c.t.Helper()
	select {
	case m := <-c.iopub:
		return m
	case <-time.After(patience):
		c.t.Fatalf("nothing came on iopub for %v", patience)
		return wire.Message{}
	}
}

// send sends a request and returns its identifier.
func (c *client) send(socket zmq4.Socket, msgType string, content any) string {
	c.t.Helper()
	return c.sendWith(socket, wire.NewHeader("test", msgType), content)
}

// sendWith is send with a header.
func (c *client) sendWith(socket zmq4.Socket, header wire.Header, content any) string {
	c.t.Helper()
	return c.sendMessage(socket, wire.Message{Header: header}, content)
}

// sendMessage sends a message with a content and returns its identifier.
func (c *client) sendMessage(socket zmq4.Socket, m wire.Message, content any) string {
	c.t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		c.t.Fatal(err)
	}
	m.Content = text
	frames, err := c.signer.Seal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := socket.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		c.t.Fatal(err)
	}
	return m.Header.MsgID
}

// receive waits for a message on a socket.
func (c *client) receive(socket zmq4.Socket) wire.Message {
	c.t.Helper()
	got := make(chan wire.Message, 1)
	go func() {
		if message, err := socket.Recv(); err == nil {
			if m, err := c.signer.Open(message.Frames); err == nil {
				got <- m
			}
		}
	}()
	select {
	case m := <-got:
		return m
	case <-time.After(patience):
		c.t.Fatalf("no reply for %v", patience)
		return wire.Message{}
	}
}

// result is the reply to a request and its outputs.
type result struct {
	types   []string // of the messages on iopub, in order
	outputs []wire.Message
	reply   map[string]any
}

// text returns the text of a stream.
func (r result) text(name string) string {
	var text strings.Builder
	for _, m := range r.outputs {
		if c := fields(m); m.Header.MsgType == "stream" && c["name"] == name {
			text.WriteString(c["text"].(string))
		}
	}
	return text.String()
}

// fields returns the content of a message.
func fields(m wire.Message) map[string]any {
	var c map[string]any
	if err := json.Unmarshal(m.Content, &c); err != nil {
		return nil
	}
	return c
}

// parent returns the identifier of the request that a message answers.
func parent(m wire.Message) string {
	var header wire.Header
	if err := json.Unmarshal(m.Parent, &header); err != nil {
		return ""
	}
	return header.MsgID
}

// collect returns the outputs of a request, until the kernel is idle again.
func (c *client) collect(id string) result {
	c.t.Helper()
	var r result
	for {
		m := c.next()
		if parent(m) != id {
			continue
		}
		kind := m.Header.MsgType
		if kind == "status" {
			state := fields(m)["execution_state"].(string)
			r.types = append(r.types, state)
			if state == "idle" {
				return r
			}
			continue
		}
		r.types = append(r.types, kind)
		if kind != "execute_input" {
			r.outputs = append(r.outputs, m)
		}
	}
}

// ask sends a request and waits for its reply and outputs.
func (c *client) ask(msgType string, content any) result {
	c.t.Helper()
	id := c.send(c.shell, msgType, content)
	reply := c.receive(c.shell)
	if parent(reply) != id {
		c.t.Fatalf("the reply %s is not to the request %s", reply.Header.MsgType, msgType)
	}
	r := c.collect(id)
	r.reply = fields(reply)
	return r
}

// run executes a cell.
func (c *client) run(code string) result {
	c.t.Helper()
	return c.ask("execute_request", map[string]any{"code": code})
}

// mustRun executes a cell, which must not fail, and returns its standard output.
func (c *client) mustRun(code string) string {
	c.t.Helper()
	r := c.run(code)
	if r.reply["status"] != "ok" {
		c.t.Fatalf("cell %q: %v", code, r.reply)
	}
	return r.text("stdout")
}

// useModule lets cells import this module without a network.
func (c *client) useModule() {
	c.t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		c.t.Fatal(err)
	}
	c.mustRun(fmt.Sprintf("!*go mod edit -require=longseq@v0.0.0 -replace=longseq=%s\n!*cp %s/go.sum .", root, root))
}
