package engine

import (
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// guardScript runs until the kernel closes its input or dies, in whatever way, and then kills the process groups that
// the kernel has left and removes its folder. It reads a line "+GROUP" for each process group that has started and
// "-GROUP" for each that has ended.
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

// guardian is a shell beside the kernel that runs guardScript, so that a kernel that is killed leaves neither
// processes nor its folder.
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

// add tells the guardian of a new process group.
func (g *guardian) add(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups[group] = true
	fmt.Fprintf(g.input, "+%d\n", group)
}

// removeEnded tells the guardian of the groups that have ended. A cell may leave processes in the background; they end
// with the kernel.
func (g *guardian) removeEnded() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for group := range g.groups {
		if unix.Kill(-group, 0) == unix.ESRCH {
			delete(g.groups, group)
			fmt.Fprintf(g.input, "-%d\n", group)
		}
	}
}

// close makes the guardian kill the remaining groups and remove the folder, and waits for it.
func (g *guardian) close() {
	g.input.Close()
	g.cmd.Wait()
}
