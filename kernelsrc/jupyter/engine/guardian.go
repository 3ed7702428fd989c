package engine

import (
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// guardScript ends what a kernel leaves when it dies, however it dies: its input closes then. It reads
// lines "+GROUP" and "-GROUP" of process groups that have begun and ended.
const guardScript = `groups=
while read -r line; do
	group=${line#?}
	case $line in
	+*) groups="$groups $group " ;;
	-*) groups="${groups%% $group *} ${groups#* $group }" ;;
	esac
done
for group in $groups; do kill -9 -"$group" 2>/dev/null; done
rm -rf "$1"`

// guardian is a shell beside the kernel that runs guardScript. It knows the process groups of the
// kernel's children, so that a kernel that is killed leaves neither process nor folder.
type guardian struct {
	cmd   *exec.Cmd
	input io.WriteCloser

	mu     sync.Mutex
	groups map[int]bool
}

func newGuardian(folder string) (*guardian, error) {
	cmd := exec.Command("/bin/sh", "-c", guardScript, "longseq-guardian", folder)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no signal of a terminal reaches it
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start guardian: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start guardian: %w", err)
	}
	return &guardian{cmd: cmd, input: input, groups: make(map[int]bool)}, nil
}

// begin takes a new process group into care.
func (g *guardian) begin(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups[group] = true
	fmt.Fprintf(g.input, "+%d\n", group)
}

// end releases the groups of which no process lives any more. A cell may leave processes behind
// that it started in the background; they end with the kernel.
func (g *guardian) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for group := range g.groups {
		if unix.Kill(-group, 0) == unix.ESRCH {
			delete(g.groups, group)
			fmt.Fprintf(g.input, "-%d\n", group)
		}
	}
}

// close kills the groups in care, removes the folder and waits for that.
func (g *guardian) close() {
	g.input.Close()
	g.cmd.Wait()
}
