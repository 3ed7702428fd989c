package jupyter

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/google/go-cmp/cmp"

	"longseq/kernelsrc/jupyter/wire"
)

func TestCellsShareCodeAndNoValues(t *testing.T) {
	c := start(t)
	if got := c.mustRun("import \"fmt\"\nvar n = 1\nfunc next() int { n++; return n }"); got != "" {
		t.Errorf("a cell of declarations prints %q", got)
	}
	for range 2 {
		if got := c.mustRun("%% a \"b c\"\nfmt.Println(next(), os.Args[1:])"); got != "2 [a b c]\n" {
			t.Errorf("got %q, want a fresh process each time", got)
		}
	}
	if got := c.mustRun("func next() int { return 9 }\n%%\nfmt.Println(next())"); got != "9\n" {
		t.Errorf("got %q of a function declared anew", got)
	}
	r := c.run("%%\nfmt.Println(\"hello\")")
	if want := []string{"busy", "execute_input", "stream", "idle"}; !cmp.Equal(r.types, want) {
		t.Errorf("messages %q, want %q", r.types, want)
	}
	if r.reply["execution_count"] != 5.0 {
		t.Errorf("count is %v, want 5", r.reply["execution_count"])
	}
}

// A client asks for the kernel's description before it shows the notebook. The tool chain may be slow, or not be there.
func TestTheKernelAnswersBeforeItsToolsAreReady(t *testing.T) {
	tools := t.TempDir()
	end := filepath.Join(tools, "end")
	script := "#!/bin/sh\nuntil [ -e " + end + " ]; do sleep 0.05; done\nexit 1\n"
	if err := os.WriteFile(filepath.Join(tools, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	c := start(t, "PATH="+tools+":"+os.Getenv("PATH"))
	if r := c.ask("kernel_info_request", map[string]any{}); r.reply["implementation"] != kernelName {
		t.Errorf("got %v", r.reply)
	}
	touch(t, end)
	if err := c.cmd.Wait(); err == nil {
		t.Error("a kernel without a tool chain ends without an error")
	}
}

func TestFailedCellsGiveOneError(t *testing.T) {
	c := start(t)
	for _, cell := range []struct{ name, code, ename, evalue, shown string }{
		{"a panic", "func f(m map[string]int) {\n\tm[\"a\"] = 1\n}\n%%\nf(nil)", "Panic", "Cell[1]: line 2: assignment to entry in nil map", `m["a"] = 1`},
		{"a mistake of types", "%%\nvar x int = \"a\"\n_ = x", "CompileError", "Cell[2]: line 2: cannot use \"a\"", "^"},
		{"two of a name", "type s struct{}\nfunc (s) m() {}\nfunc (*s) m() {}", "CompileError", "Cell[3]: line 3: method s.m already declared at Cell[3]: line 2", "^"},
		{"a package that is not there", "import \"math/rand/v3\"\n%%\nrand.Int()", "CompileError", "Cell[4]: line 1: the standard library has no package \"math/rand/v3\"", "^"},
		{"a mistake of syntax", "fmt.Println()", "SyntaxError", "Cell[5]: line 1: expected declaration, found fmt (did you forget %%", "^"},
		{"an exit", "%%\nos.Exit(3)", "ExitError", "exit status 3", "exit status 3"},
		{"a wrong command", "%cd /no/such/folder", "CommandError", "%cd: no directory /no/such/folder", "%cd"},
		{"a deadlock", "%%\nselect {}", "FatalError", "Cell[8]: line 2: all goroutines are asleep", "select"},
		{"an endless recursion", "func f(n int) int { return f(n+1) + 1 }\n%%\nf(0)", "FatalError", "Cell[9]: line 1: ", "lines left out"},
		{"a kill", "%%\nsyscall.Kill(os.Getpid(), syscall.SIGKILL)", "ExitError", "signal: killed (by a user, or by the system for want of memory)", "signal"},
	} {
		t.Run(cell.name, func(t *testing.T) {
			r := c.run(cell.code)
			if len(r.outputs) != 1 || r.outputs[0].Header.MsgType != "error" {
				t.Fatalf("messages %q, want one error", r.types)
			}
			got := fields(r.outputs[0])
			trace := fmt.Sprint(got["traceback"])
			if got["ename"] != cell.ename || !strings.HasPrefix(got["evalue"].(string), cell.evalue) || !strings.Contains(trace, cell.shown) {
				t.Errorf("got %v", got)
			}
			if r.reply["status"] != "error" || r.reply["evalue"] != got["evalue"] {
				t.Errorf("reply %v", r.reply)
			}
		})
	}
	if got := c.mustRun("%%\nfmt.Fprintln(os.Stderr, \"panic: not really\")\nfmt.Print(1)"); got != "1" {
		t.Errorf("the next cell prints %q", got)
	}
}

func TestInterruptEndsCellAndQueue(t *testing.T) {
	c := start(t)
	id := c.send(c.shell, "execute_request", map[string]any{"code": "%%\nfmt.Println(\"up\")\nselect {case <-make(chan int):case <-time.After(time.Minute):}"})
	for m := c.next(); m.Header.MsgType != "stream"; m = c.next() {
	}
	waiting := c.send(c.shell, "execute_request", map[string]any{"code": "%%\nfmt.Println(\"never\")"})
	began := time.Now()
	c.send(c.control, "interrupt_request", map[string]any{})
	if reply := c.receive(c.control); reply.Header.MsgType != "interrupt_reply" {
		t.Errorf("got %s", reply.Header.MsgType)
	}
	if r := fields(c.receive(c.shell)); r["status"] != "error" || r["ename"] != "Interrupted" {
		t.Errorf("the cell says %v", r)
	}
	if r := fields(c.receive(c.shell)); r["status"] != "aborted" {
		t.Errorf("the cell behind says %v", r)
	}
	if took := time.Since(began); took > killPatience {
		t.Errorf("took %v", took)
	}
	c.collect(id)
	c.collect(waiting)
	if got := c.mustRun("%%\nfmt.Print(\"on\")"); got != "on" {
		t.Errorf("the next cell prints %q", got)
	}
}

// killPatience is less than the time after which a program is killed.
const killPatience = 4 * time.Second

func TestErrorAbortsWhatIsQueued(t *testing.T) {
	c := start(t)
	ids := []string{
		c.send(c.shell, "execute_request", map[string]any{"code": "%%\nos.Exit(1)"}),
		c.send(c.shell, "execute_request", map[string]any{"code": "%%\nfmt.Println(1)"}),
	}
	for i, want := range []string{"error", "aborted"} {
		if reply := c.receive(c.shell); fields(reply)["status"] != want {
			t.Errorf("reply %d is %v, want %s", i, fields(reply), want)
		}
		if r := c.collect(ids[i]); r.types[0] != "busy" || r.types[len(r.types)-1] != "idle" {
			t.Errorf("messages %q", r.types)
		}
	}
	ids = []string{
		c.send(c.shell, "execute_request", map[string]any{"code": "%%\nos.Exit(1)", "stop_on_error": false}),
		c.send(c.shell, "execute_request", map[string]any{"code": "%%\nfmt.Println(1)"}),
	}
	for i, want := range []string{"error", "ok"} {
		if reply := c.receive(c.shell); fields(reply)["status"] != want {
			t.Errorf("without stop_on_error reply %d is %v, want %s", i, fields(reply), want)
		}
		c.collect(ids[i])
	}
}

func TestDisplaysLoseNothing(t *testing.T) {
	c := start(t)
	c.useModule()
	for range 25 { // what depends on the time of things shows seldom
		displaysLoseNothing(t, c)
	}
}

func displaysLoseNothing(t *testing.T, c *client) {
	t.Helper()
	r := c.run(`import "longseq/kernelsrc/jupyter/display"
%%
defer display.Flush()
for i := range 200 {
	fmt.Println("line", i)
	display.Markdown(fmt.Sprint("message ", i))
}
display.Figure(nil, make([]byte, 8<<20), "zeros")
p := display.NewProgress("sweep")
p.Set(0.5, "half")
p.Done("whole")`)
	if r.reply["status"] != "ok" {
		t.Fatal(r.reply)
	}
	messages, printed := 0, ""
	for _, m := range r.outputs {
		content := fields(m)
		data, _ := content["data"].(map[string]any)
		switch {
		case m.Header.MsgType == "stream":
			printed += content["text"].(string)
		case data["text/markdown"] != nil:
			if data["text/markdown"] != fmt.Sprint("message ", messages) {
				t.Fatalf("message %d is %q", messages, data["text/markdown"])
			}
			// What is printed before a display comes before it; the program may be ahead of it.
			if line := fmt.Sprintf("line %d\n", messages); !strings.Contains(printed, line) {
				t.Fatalf("message %d comes before %q", messages, line)
			}
			messages++
		case data["image/png"] != nil:
			image, err := base64.StdEncoding.DecodeString(data["image/png"].(string))
			if err != nil || len(image) != 8<<20 {
				t.Errorf("an image of %d bytes, %v", len(image), err)
			}
		}
	}
	if want := numbered("line", 200); printed != want {
		t.Errorf("printed %q", printed)
	}
	last := r.outputs[len(r.outputs)-1]
	if messages != 200 || last.Header.MsgType != "update_display_data" || !strings.Contains(string(last.Content), "whole") {
		t.Errorf("%d messages; last %s", messages, last.Header.MsgType)
	}
}

// numbered returns n lines of a word and a number.
func numbered(word string, n int) string {
	var lines strings.Builder
	for i := range n {
		fmt.Fprintln(&lines, word, i)
	}
	return lines.String()
}

func TestFloodsLoseNothing(t *testing.T) {
	c := start(t)
	r := c.run("%%\nfor i := range 100000 { fmt.Println(i) }")
	lines := strings.Split(strings.TrimSuffix(r.text("stdout"), "\n"), "\n")
	if len(lines) != 100000 || lines[99999] != "99999" {
		t.Errorf("%d lines", len(lines))
	}
	if len(r.outputs) > 200 {
		t.Errorf("%d messages for 100000 lines", len(r.outputs))
	}
	if got := c.run("%%\nfmt.Print(strings.Repeat(\"äöü!\", 50<<20/7))").text("stdout"); got != strings.Repeat("äöü!", 50<<20/7) {
		t.Errorf("a long line is %d bytes, or cut in a character", len(got))
	}
}

func TestRequestsThatDoNotWait(t *testing.T) {
	c := start(t)
	end := filepath.Join(t.TempDir(), "end")
	id := c.send(c.shell, "execute_request", map[string]any{"code": "!until [ -e " + end + " ]; do sleep 0.1; done"})
	for msgType, want := range map[string]string{
		"kernel_info_request": "5.5", "history_request": "history", "comm_info_request": "comms",
	} {
		request := c.send(c.shell, msgType, map[string]any{})
		reply := c.receive(c.shell)
		if parent(reply) != request || !strings.Contains(string(reply.Content), want) {
			t.Errorf("%s is answered by %s %s", msgType, reply.Header.MsgType, reply.Content)
		}
	}
	for code, want := range map[string]string{"func f() {": "incomplete", "x := `a": "incomplete", "f)": "invalid", "x := 1": "complete", "%%": "incomplete", "%%\n": "complete", "%%bash\nf (": "complete"} {
		c.send(c.shell, "is_complete_request", map[string]any{"code": code})
		if got := fields(c.receive(c.shell))["status"]; got != want {
			t.Errorf("%q is %v, want %s", code, got, want)
		}
	}
	touch(t, end)
	if reply := c.receive(c.shell); parent(reply) != id {
		t.Errorf("got %s", reply.Header.MsgType)
	}
}

// touch makes a file, for which a cell waits.
func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestWordsAreCompletedWhileACellRuns(t *testing.T) {
	c := start(t)
	end := filepath.Join(t.TempDir(), "end")
	c.mustRun("// double returns twice n.\nfunc double(n int) int { return 2 * n }")
	id := c.send(c.shell, "execute_request", map[string]any{"code": "%env A=1\n%%\nfmt.Println(\"up\")\n" +
		fmt.Sprintf("for {\n\tif _, err := os.Stat(%q); err == nil {\n\t\tbreak\n\t}\n\ttime.Sleep(20 * time.Millisecond)\n}", end)})
	for m := c.next(); m.Header.MsgType != "stream"; m = c.next() {
	}
	c.send(c.shell, "complete_request", map[string]any{"code": "%%\nä := strings.ToUpp + b", "cursor_pos": len("%%\na := strings.ToUpp")})
	got := fields(c.receive(c.shell))
	if want := []any{"ToUpper", "ToUpperSpecial"}; !cmp.Equal(got["matches"], want) || got["cursor_start"] != 16.0 || got["cursor_end"] != 21.0 {
		t.Errorf("completed by %v", got)
	}
	c.send(c.shell, "complete_request", map[string]any{"code": "%wri", "cursor_pos": 4})
	if got := fields(c.receive(c.shell)); len(got["matches"].([]any)) != 0 {
		t.Errorf("%%wri is completed by %v", got)
	}
	c.send(c.shell, "complete_request", map[string]any{"code": "%%wri", "cursor_pos": 5})
	if got := fields(c.receive(c.shell)); !cmp.Equal(got["matches"], []any{"%%writefile"}) {
		t.Errorf("%%%%wri is completed by %v", got)
	}
	c.send(c.shell, "inspect_request", map[string]any{"code": "%%\ndouble(1)", "cursor_pos": 5, "detail_level": 0})
	if got := fields(c.receive(c.shell)); got["found"] != true || !strings.Contains(fmt.Sprint(got["data"]), "double returns twice n") {
		t.Errorf("explained as %v", got)
	}
	c.send(c.shell, "inspect_request", map[string]any{"code": "%%\nnothing", "cursor_pos": 99})
	if got := fields(c.receive(c.shell)); got["found"] != false {
		t.Errorf("explained as %v", got)
	}
	touch(t, end)
	if reply := c.receive(c.shell); parent(reply) != id {
		t.Errorf("the cell ended before its words were completed: %s", reply.Header.MsgType)
	}
}

func TestSilentCellsSayNothing(t *testing.T) {
	c := start(t)
	r := c.ask("execute_request", map[string]any{"code": "!echo hi", "silent": true})
	if want := []string{"busy", "idle"}; !cmp.Equal(r.types, want) {
		t.Errorf("messages %q, want %q", r.types, want)
	}
	if r := c.run("!echo hi"); r.reply["execution_count"] != 1.0 || r.text("stdout") != "hi\n" {
		t.Errorf("the next cell says %v", r.reply)
	}
}

func TestExpressionsAreAnswered(t *testing.T) {
	c := start(t)
	c.useModule()
	c.mustRun("import \"longseq/kernelsrc/jupyter/display\"\nvar noise, _ = fmt.Println(\"noise\")\nfunc half(x float64) float64 { return x / 2 }\nfunc show() { display.HTML(\"<b>b</b>\", \"b\"); display.Flush() }")
	ask := func(code string, expressions any) map[string]any {
		r := c.ask("execute_request", map[string]any{"code": code, "user_expressions": expressions})
		for _, m := range r.outputs {
			if m.Header.MsgType != "stream" && m.Header.MsgType != "error" {
				t.Errorf("an expression publishes %s", m.Header.MsgType)
			}
		}
		values, _ := r.reply["user_expressions"].(map[string]any)
		return values
	}
	plain := func(text string) any {
		return map[string]any{"status": "ok", "metadata": map[string]any{}, "data": map[string]any{"text/plain": text}}
	}
	got := ask("const three = 3", map[string]string{"a": "half(three)", "b": "strings.ToUpper(\"x\")", "c": "!true", "d": "nothing", "e": "1 +", "f": "show()", "g": "os.Open(\"\\x00\")", "h": "[]int{}[three]"})
	for name, want := range map[string]any{"a": plain("1.5"), "b": plain("X"), "c": plain("false"),
		"f": map[string]any{"status": "ok", "metadata": map[string]any{}, "data": map[string]any{"text/plain": "b", "text/html": "<b>b</b>"}},
		"g": plain("<nil> open \x00: invalid argument")} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, want := range map[string]string{"d": "CompileError undefined: nothing", "e": "SyntaxError not an expression: 1 +", "h": "Panic runtime error: index out of range [3] with length 0"} {
		value, _ := got[name].(map[string]any)
		if text := fmt.Sprint(value["ename"], " ", value["evalue"]); value["status"] != "error" || !strings.HasPrefix(text, want) {
			t.Errorf("%s is %v, want %s", name, value, want)
		}
	}
	if got := ask("", map[string]string{"a": "three"}); !cmp.Equal(got["a"], plain("3")) {
		t.Errorf("without a cell: %v", got)
	}
	for _, odd := range []any{nil, []int{1}, map[string]int{"a": 1}} {
		if got := ask("!true", odd); len(got) != 0 {
			t.Errorf("%v is answered with %v", odd, got)
		}
	}
	if got := ask("%%\nos.Exit(1)", map[string]string{"a": "1"}); got != nil {
		t.Errorf("after a cell that fails: %v", got)
	}
}

func TestWrongSignaturesAreDropped(t *testing.T) {
	c := start(t)
	shutdown := wire.Message{Header: wire.NewHeader("test", "shutdown_request")}
	forged, err := wire.NewSigner("another key").Seal(shutdown)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][][]byte{forged, forged[:3], {[]byte("x")}} {
		if err := c.shell.SendMulti(zmq4.NewMsgFrom(bad...)); err != nil {
			t.Fatal(err)
		}
	}
	info := wire.Message{Header: wire.NewHeader("test", "kernel_info_request")}
	right, err := c.signer.Seal(info)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second is a repetition, and dropped too
		if err := c.shell.SendMulti(zmq4.NewMsgFrom(right...)); err != nil {
			t.Fatal(err)
		}
	}
	if reply := c.receive(c.shell); parent(reply) != info.Header.MsgID {
		t.Errorf("got %s", reply.Header.MsgType)
	}
	if r := c.ask("history_request", map[string]any{}); r.reply["status"] != "ok" {
		t.Errorf("got %v", r.reply)
	}
}

func TestInputReachesTheProgram(t *testing.T) {
	c := start(t)
	c.useModule()
	code := "import \"longseq/kernelsrc/jupyter/display\"\n%%\nname, err := display.Input(\"Name? \")\nfmt.Println(name, err)"
	id := c.send(c.shell, "execute_request", map[string]any{"code": code, "allow_stdin": true})
	if request := fields(c.receive(c.stdin)); request["prompt"] != "Name? " {
		t.Errorf("asked %v", request)
	}
	c.send(c.stdin, "input_reply", map[string]any{"value": "Ada"})
	c.receive(c.shell)
	if got := c.collect(id).text("stdout"); got != "Ada <nil>\n" {
		t.Errorf("the program read %q", got)
	}
	if got := c.mustRun(code); got != " EOF\n" {
		t.Errorf("without a user the program read %q", got)
	}
}
