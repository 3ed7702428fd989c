package verbs

import (
	"longseq/cmd/verbs/session"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"longseq": Main})
}

// scripts is the folder of the scripts, which call the program as a user does.
const scripts = "testdata/script"

func TestTheProgramDoesWhatItsScriptsSay(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: scripts,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"oneline":     oneLineOnStderr,
			"hubserver":   hubServer,
			"tinymodel":   tinyModel,
			"signalgroup": signalGroup,
			"indexedjob":  indexedJob,
			"samestore":   sameStore,
		},
		Setup: func(env *testscript.Env) error {
			cache, err := os.UserCacheDir() // where the plugin lies
			if err != nil {
				return err
			}
			env.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Join(cache, "longseq", "pjrt"))
			out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
			if err != nil {
				return err
			}
			caches := strings.Fields(string(out)) // cells are built from them, not from nothing
			env.Setenv("GOCACHE", caches[0])
			env.Setenv("GOMODCACHE", caches[1])
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
	})
}

// oneLineOnStderr is the script command `oneline STATUS COMMAND...`: the command fails with the status,
// says so in one line that begins with the program's name, and prints nothing else on standard error.
func oneLineOnStderr(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: oneline STATUS COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	if err == nil || err.Error() != "exit status "+args[0] {
		ts.Fatalf("ended with %v, want exit status %s", err, args[0])
	}
	line := ts.ReadFile("stderr")
	if strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "longseq: ") {
		ts.Fatalf("standard error is not one line: %q", line)
	}
}

func TestEveryVerbHasAnExampleThatAScriptRuns(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	run := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if command, ok := strings.CutPrefix(strings.TrimSpace(line), "exec "); ok {
				run[command] = true
			}
		}
	}
	for _, cmd := range verbs(newRoot(&session.Session{})) {
		if cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for example := range strings.Lines(cmd.Example) {
			if example = strings.TrimSpace(example); !run[example] {
				t.Errorf("no script runs the example of %s: %s", cmd.CommandPath(), example)
			}
		}
	}
}

// verbs returns the commands that do something and are shown to users.
func verbs(cmd *cobra.Command) []*cobra.Command {
	if !cmd.HasSubCommands() {
		return []*cobra.Command{cmd}
	}
	var list []*cobra.Command
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			list = append(list, verbs(sub)...)
		}
	}
	return list
}
