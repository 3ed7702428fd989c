package jupyter

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"longseq/data/recall"
)

// pagesEnv is the variable that enables the test of a page, which needs mystmd and a Jupyter server.
const pagesEnv = "LONGSEQ_PAGES"

// TestAPageShowsNumbersInItsProse renders a page of MyST that asks the kernel for values in the middle of a sentence.
func TestAPageShowsNumbersInItsProse(t *testing.T) {
	if os.Getenv(pagesEnv) == "" {
		t.Skip("renders a page with mystmd; `make pages` runs it")
	}
	installTestKernel(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/page")); err != nil {
		t.Fatal(err)
	}
	server := filepath.Join(dir, "server")
	if err := os.Mkdir(server, 0o700); err != nil {
		t.Fatal(err)
	}
	config := []byte(`{"ServerApp": {"allow_root": true}}`)
	if err := os.WriteFile(filepath.Join(server, "jupyter_server_config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("myst", "build", "--execute", "--site")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "JUPYTER_CONFIG_DIR="+server, "LONGSEQ_SOURCE="+source)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, _ := cmd.CombinedOutput() // it fails where the theme of a site cannot be fetched, after the page was made
	endGroup(t, cmd.Process)
	raw, err := os.ReadFile(filepath.Join(dir, "_build", "site", "content", "page.json"))
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var page struct {
		Tree node `json:"mdast"`
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		t.Fatal(err)
	}
	words := recall.Opticks().Vocabulary().Words()
	want := fmt.Sprintf("The tiny models know %d words, of which the first is %s. Needles of %d formats can be asked for.",
		len(words), words[0], len(recall.Formats))
	if got := strings.Join(strings.Fields(page.Tree.text()), " "); !strings.HasSuffix(got, want) {
		t.Errorf("the page says\n%s\nwant\n%s\n%s", got, want, out)
	}
}

// endGroup ends what a process has left behind in its group: myst does not end its Jupyter server where it fails, and a
// server asked to end takes its kernels with it.
func endGroup(t *testing.T, leader *os.Process) {
	t.Helper()
	if leader == nil {
		return
	}
	left := func() bool { return syscall.Kill(-leader.Pid, 0) == nil }
	syscall.Kill(-leader.Pid, syscall.SIGTERM)
	for end := time.Now().Add(10 * time.Second); left() && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	if left() {
		syscall.Kill(-leader.Pid, syscall.SIGKILL)
		t.Errorf("processes of myst did not end")
	}
}

// node is a part of a page, as MyST renders it.
type node struct {
	Type, Value string
	Children    []node
	Result      struct{ Status string } // of an expression
}

// text is what a reader sees of the node. An expression that was not answered is shown as such.
func (n node) text() string {
	switch {
	case n.Type == "inlineExpression" && n.Result.Status != "ok":
		return "{" + n.Value + "}"
	case len(n.Children) == 0:
		return n.Value
	}
	var b strings.Builder
	for _, child := range n.Children {
		b.WriteString(child.text())
	}
	return b.String()
}
