package jupyter

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/kernelsrc/jupyter/wire"
)

// sendIn sends an execute request to a subshell and returns its identifier.
func (c *client) sendIn(subshell, code string) string {
	c.t.Helper()
	header := wire.NewHeader("test", "execute_request")
	header.SubshellID = subshell
	return c.sendWith(c.shell, header, map[string]any{"code": code, "allow_stdin": true})
}

// askControl asks on the control channel and returns the reply.
func (c *client) askControl(msgType string, content any) map[string]any {
	c.t.Helper()
	id := c.send(c.control, msgType, content)
	reply := c.receive(c.control)
	if parent(reply) != id {
		c.t.Fatalf("the reply %s is not to the request %s", reply.Header.MsgType, msgType)
	}
	c.collect(id)
	return fields(reply)
}

// waitFor is a cell that prints a line and runs until a file is there.
func waitFor(path string) string {
	return fmt.Sprintf("%%%%\nfmt.Println(\"up\")\nfor {\n\tif _, err := os.Stat(%q); err == nil {\n\t\tbreak\n\t}\n\ttime.Sleep(10 * time.Millisecond)\n}", path)
}

func TestASubshellRunsBesideARunningCell(t *testing.T) {
	c := start(t)
	if r := c.ask("kernel_info_request", map[string]any{}); !cmp.Equal(r.reply["supported_features"], []any{"kernel subshells"}) {
		t.Errorf("features %v", r.reply["supported_features"])
	}
	c.mustRun("func status() string { return \"half\" }")
	id, _ := c.askControl("create_subshell_request", map[string]any{})["subshell_id"].(string)
	if got := c.askControl("list_subshell_request", map[string]any{})["subshell_id"]; !cmp.Equal(got, []any{id}) || id == "" {
		t.Errorf("subshells %v, want %q", got, id)
	}
	end := filepath.Join(t.TempDir(), "end")
	long := c.send(c.shell, "execute_request", map[string]any{"code": waitFor(end)})
	for m := c.next(); m.Header.MsgType != "stream"; m = c.next() {
	}
	for i := range 10 { // more than the binaries that are kept
		look := c.sendIn(id, fmt.Sprintf("func number() int { return %d }\n%%%%\nfmt.Print(status(), number())", i))
		if reply := c.receive(c.shell); parent(reply) != look || fields(reply)["status"] != "ok" {
			t.Fatalf("got %s %s", reply.Header.MsgType, reply.Content)
		}
		if got, want := c.collect(look).text("stdout"), fmt.Sprintf("half%d", i); got != want {
			t.Errorf("the subshell prints %q, want %q", got, want)
		}
	}
	touch(t, end)
	if reply := c.receive(c.shell); parent(reply) != long || fields(reply)["status"] != "ok" {
		t.Errorf("the long cell says %s", reply.Content)
	}
	c.collect(long)
	if got := c.mustRun("%%\nfmt.Print(number())"); got != "9" {
		t.Errorf("of the subshell's declaration the main shell prints %q", got)
	}
}

func TestASubshellEnds(t *testing.T) {
	c := start(t)
	id, _ := c.askControl("create_subshell_request", map[string]any{})["subshell_id"].(string)
	running := c.sendIn(id, waitFor("/no/such/file"))
	for m := c.next(); m.Header.MsgType != "stream"; m = c.next() {
	}
	waiting := c.sendIn(id, "!true")
	c.ask("kernel_info_request", map[string]any{}) // answered once the cell waits: another socket could overtake it
	if got := c.askControl("delete_subshell_request", map[string]any{"subshell_id": id}); got["status"] != "ok" {
		t.Errorf("got %v", got)
	}
	for i, want := range []string{"Interrupted", "aborted"} {
		reply := c.receive(c.shell)
		if text := string(reply.Content); parent(reply) != []string{running, waiting}[i] || !strings.Contains(text, want) {
			t.Errorf("reply %d is %s, want %s", i, text, want)
		}
	}
	if got := c.askControl("list_subshell_request", map[string]any{})["subshell_id"]; !cmp.Equal(got, []any{}) {
		t.Errorf("subshells %v are left", got)
	}
	if got := c.askControl("delete_subshell_request", map[string]any{"subshell_id": id}); got["status"] != "error" {
		t.Errorf("a second time: %v", got)
	}
	lost := c.sendIn(id, "!true")
	if reply := c.receive(c.shell); parent(reply) != lost || fields(reply)["evalue"] != "there is no subshell "+id {
		t.Errorf("got %s", reply.Content)
	}
	if got := c.mustRun("!echo on"); got != "on\n" {
		t.Errorf("the main shell prints %q", got)
	}
}

func TestAnswersReachTheSubshellThatAsks(t *testing.T) {
	c := start(t)
	c.useModule()
	c.mustRun("import \"longseq/kernelsrc/jupyter/display\"\nfunc ask() { fmt.Println(display.Input(\"? \")) }")
	id, _ := c.askControl("create_subshell_request", map[string]any{})["subshell_id"].(string)
	requests := []string{c.sendIn("", "%%\nask()"), c.sendIn(id, "%%\nask()")}
	var questions [2]wire.Message
	for i := range questions {
		questions[i] = c.receive(c.stdin)
	}
	want := make(map[string]string)
	for i, question := range questions {
		line := fmt.Sprint("line ", i)
		want[parent(question)] = line + " <nil>\n"
		header := wire.NewHeader("test", "input_reply")
		m := wire.Message{Header: header, Parent: question.RawHeader}
		c.sendMessage(c.stdin, m, map[string]any{"value": line})
		c.receive(c.shell)
		if got := c.collect(parent(question)).text("stdout"); got != want[parent(question)] {
			t.Errorf("question %d is answered by %q, want %q", i, got, want[parent(question)])
		}
	}
	for _, request := range requests {
		if want[request] == "" {
			t.Errorf("nothing was asked for request %s", request)
		}
	}
}
