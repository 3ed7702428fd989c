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

// Run serves the clients of a connection file until a client sends a shutdown request, the server that started the
// kernel dies, or ctx is cancelled. It leaves neither processes nor files.
func Run(ctx context.Context, connectionFile string) error {
	connection, err := wire.ReadConnection(connectionFile)
	if err != nil {
		return fmt.Errorf("run kernel: %w", err)
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("run kernel: %w", err)
	}
	k := newKernel(newRateLimit(connectionFile))
	sockets, err := wire.Listen(connection, wire.Handlers{Received: k.receive, Subscribed: k.welcome})
	if err != nil {
		return fmt.Errorf("run kernel: %w", err)
	}
	defer sockets.Close()
	return k.serve(ctx, sockets, engine.Options{Dir: dir, Version: version(), Env: serverEnv(connectionFile)})
}

// version returns the version of this program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// serverEnv returns the variables that tell cells about the server, NAME=VALUE.
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
	opened  chan struct{} // closed when engine is set, or failed
	failed  error         // why there is no engine; nil if the kernel was ended before
	session string
	ready   chan struct{} // closed when sockets is set
	sockets *wire.Sockets
	limit   *rateLimit
	main    *subshell
	serving sync.WaitGroup  // the other subshells
	ctx     context.Context // of the kernel's life
	end     func()          // ends the kernel

	mu        sync.Mutex
	count     int                  // execution count of the last stored cell
	subshells map[string]*subshell // by identifier; without the main shell
}

func newKernel(limit *rateLimit) *kernel {
	return &kernel{
		opened:  make(chan struct{}),
		session: newSession(),
		ready:   make(chan struct{}),
		limit:   limit,
		main:    newSubshell(),

		subshells: make(map[string]*subshell),
	}
}

// serve runs the cells of the queue until ctx is cancelled or a client ends the kernel. The engine is opened meanwhile: a
// client hears at once what kernel this is.
func (k *kernel) serve(ctx context.Context, sockets *wire.Sockets, opts engine.Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.sockets, k.ctx, k.end = sockets, ctx, cancel
	go k.open(ctx, opts)
	close(k.ready)
	go watchParent(ctx, cancel)
	k.status(wire.Message{}, "starting")
	k.status(wire.Message{}, "idle")
	k.serveQueue(ctx, k.main)
	k.serving.Wait()
	<-k.opened
	if k.engine != nil {
		k.engine.Close()
	}
	return k.failed
}

// open opens the engine, or ends the kernel if it cannot.
func (k *kernel) open(ctx context.Context, opts engine.Options) {
	defer close(k.opened)
	var err error
	if k.engine, err = engine.New(ctx, opts); err != nil && ctx.Err() == nil {
		k.failed = fmt.Errorf("run kernel: %w", err)
		k.end()
	}
}

// watchParent ends the kernel when the server that started it dies. A server passes its process identifier in
// JPY_PARENT_PID.
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

// receive handles a message of a client.
func (k *kernel) receive(on wire.Channel, m wire.Message) {
	<-k.ready
	switch {
	case on == wire.Stdin:
		k.inputReply(m)
	case m.Header.MsgType == "execute_request" && on == wire.Shell:
		k.queueExecute(m)
	case m.Header.MsgType == "complete_request" || m.Header.MsgType == "inspect_request":
		go k.serveNow(on, m) // it may compile packages first, and must not hold up the client's next messages
	default:
		k.serveNow(on, m)
	}
}

// serveNow answers a request at once, whether or not a cell runs.
func (k *kernel) serveNow(on wire.Channel, m wire.Message) {
	if m.Header.MsgType == "interrupt_request" {
		k.interruptCells() // before publishing, which a slow client may hold up
	}
	k.status(m, "busy")
	if answer, ok := requests[m.Header.MsgType]; ok {
		replyType, content := answer(k, m)
		if replyType != "" {
			k.reply(on, m, replyType, content)
		}
	}
	k.status(m, "idle")
	for _, running := range k.running() {
		k.status(running, "busy") // a cell is running: the idle status above ended this request only
	}
	if m.Header.MsgType == "shutdown_request" {
		k.end()
	}
}
