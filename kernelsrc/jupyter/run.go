package jupyter

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"longseq/kernelsrc/jupyter/engine"
	"longseq/kernelsrc/jupyter/wire"
)

// Run serves the clients of a connection file until a client asks for the end, the process that
// started the kernel dies, or ctx is cancelled. Then nothing of it is left.
func Run(ctx context.Context, connectionFile string) error {
	connection, err := wire.ReadConnection(connectionFile)
	if err != nil {
		return fmt.Errorf("run kernel: %w", err)
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("run kernel: %w", err)
	}
	e, err := engine.New(ctx, engine.Options{Dir: dir, Version: version(), Env: serverEnv(connectionFile)})
	if err != nil {
		return fmt.Errorf("run kernel: %w", err)
	}
	defer e.Close()
	k := newKernel(e, newRateLimit(connectionFile))
	sockets, err := wire.Listen(connection, wire.Handlers{Received: k.receive, Subscribed: k.welcome})
	if err != nil {
		return fmt.Errorf("run kernel: %w", err)
	}
	defer sockets.Close()
	return k.serve(ctx, sockets)
}

// version is that of the program, for people.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// serverEnv returns what a cell can know of the server.
func serverEnv(connectionFile string) []string {
	var env []string
	if root := os.Getenv("JUPYTER_SERVER_ROOT"); root != "" {
		env = append(env, "GONB_JUPYTER_ROOT="+root)
	}
	name := strings.TrimSuffix(filepath.Base(connectionFile), ".json")
	if id, ok := strings.CutPrefix(name, "kernel-"); ok {
		env = append(env, "GONB_JUPYTER_KERNEL_ID="+id)
	}
	return env
}

// kernel answers the requests of clients.
type kernel struct {
	engine  *engine.Engine
	session string
	ready   chan struct{} // closed when sockets is set
	sockets *wire.Sockets
	limit   *rateLimit
	queue   *queue // execute requests
	end     func() // ends the kernel
	ended   <-chan struct{}

	mu        sync.Mutex
	count     int                // of the last stored execution
	running   wire.Message       // the execute request being served; no RawHeader: none
	interrupt context.CancelFunc // interrupts the cell being run; nil: none
	answers   chan string        // what the user types, while a cell waits for it
}

func newKernel(e *engine.Engine, limit *rateLimit) *kernel {
	return &kernel{
		engine:  e,
		session: newSession(),
		ready:   make(chan struct{}),
		limit:   limit,
		queue:   newQueue(),
	}
}

// serve runs cells until the end.
func (k *kernel) serve(ctx context.Context, sockets *wire.Sockets) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.sockets, k.end, k.ended = sockets, cancel, ctx.Done()
	close(k.ready)
	go watchParent(ctx, cancel)
	k.status(wire.Message{}, "starting")
	k.status(wire.Message{}, "idle")
	for {
		request, ok := k.queue.next(ctx)
		if !ok {
			return nil
		}
		k.serveExecute(ctx, request)
	}
}

// watchParent ends the kernel when the server that started it dies. Servers name themselves.
func watchParent(ctx context.Context, end func()) {
	parent := os.Getppid()
	if os.Getenv("JPY_PARENT_PID") != strconv.Itoa(parent) {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for os.Getppid() == parent {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	end()
}

// receive takes a message from a client.
func (k *kernel) receive(on wire.Channel, m wire.Message) {
	<-k.ready
	switch {
	case on == wire.Stdin:
		k.inputReply(m)
	case m.Header.MsgType == "execute_request" && on == wire.Shell:
		k.queue.add(m)
	case m.Header.MsgType == "complete_request" || m.Header.MsgType == "inspect_request":
		go k.serveNow(on, m) // packages may have to be compiled first, and the client's cells do not wait for that
	default:
		k.serveNow(on, m)
	}
}

// serveNow answers a request that does not wait for cells.
func (k *kernel) serveNow(on wire.Channel, m wire.Message) {
	if m.Header.MsgType == "interrupt_request" {
		k.interruptCell() // before anything that a slow client may hold up
	}
	k.status(m, "busy")
	if answer, ok := requests[m.Header.MsgType]; ok {
		replyType, content := answer(k, m)
		if replyType != "" {
			k.reply(on, m, replyType, content)
		}
	}
	k.status(m, "idle")
	k.mu.Lock()
	running := k.running
	k.mu.Unlock()
	if running.RawHeader != nil {
		k.status(running, "busy") // clients took the idle above for the kernel's
	}
	if m.Header.MsgType == "shutdown_request" {
		k.end()
	}
}

// interruptCell interrupts the cell being run and gives up those that wait.
func (k *kernel) interruptCell() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.interrupt != nil {
		k.interrupt()
	}
}
