package jupyter

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// askHeld is a cell that asks a model, which the resident process holds.
const askHeld = `%%
ctx := context.Background()
m, err := resident.Open(ctx, model, resident.Options{})
display.Fatal(err)
answer, err := m.Answer(ctx, resident.Question{Prompt: "needle riga dog of the light needle riga", MaxNewTokens: 1}, nil)
display.Fatal(err)
fmt.Print(m.Found, " ", answer.Text)`

// useTiny lets cells use package resident and a model that comes with the repository.
func (c *client) useTiny() {
	c.t.Helper()
	c.useModule()
	model, err := filepath.Abs("../../lcmodels/tiny/mamba2")
	if err != nil {
		c.t.Fatal(err)
	}
	c.mustRun("import (\n\t\"longseq/kernelsrc/jupyter/display\"\n\t\"longseq/study/resident\"\n)\nconst model = \"" + model + "\"")
}

func TestModelsAreHeldBetweenCells(t *testing.T) {
	c := start(t)
	c.useTiny()
	if first, second := c.mustRun(askHeld), c.mustRun(askHeld); first != "false dog" || second != "true dog" {
		t.Errorf("two cells say %q and %q", first, second)
	}
	const findPid = `!ps -eo pid=,args= | awk -v program="$GONB_TMP_DIR/program-" 'index($2, program) == 1 {print $1}'`
	pid := strings.TrimSpace(c.mustRun(findPid))
	c.mustRun("!kill -9 " + pid)
	if got := c.mustRun(askHeld); got != "false dog" {
		t.Errorf("after the death of the resident process a cell says %q", got)
	}
	pid = strings.TrimSpace(c.mustRun(findPid))
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	c.cmd.Wait()
	c.nothingLeft(pid)
}

func TestAFigureGrowsWhileASweepRuns(t *testing.T) {
	c := start(t)
	c.useTiny()
	plan := `name: live
models: [mamba2]
tasks: [recall]
lengths: [64, 1024]
depths: [0, 50, 100]
formats: [essay-word]
samples: 256
batch: 16
`
	if err := os.WriteFile(filepath.Join(c.dir, "live.yaml"), []byte(plan), 0o666); err != nil {
		t.Fatal(err)
	}
	r := c.run(`import (
	"longseq/study/figure"
	"longseq/study/notebook"
	"longseq/study/report"
)
%%
defer display.Flush()
notebook.Lab{Models: filepath.Dir(model), Plans: ".", Results: "."}.SweepFigure("live.yaml", "lengths", func(s report.Summary) (*figure.Figure, error) {
	return s.LengthFigure(figure.Options{})
})`)
	if r.reply["status"] != "ok" {
		t.Fatalf("%v %s", r.reply, r.text("stderr"))
	}
	drawn, ids := 0, make(map[string]bool)
	var last map[string]any
	for _, m := range r.outputs {
		content := fields(m)
		data, _ := content["data"].(map[string]any)
		if data["image/svg+xml"] != nil {
			drawn++
			ids[fmt.Sprint(content["transient"])] = true
			last = data
		}
	}
	if drawn < 2 || len(ids) != 1 {
		t.Errorf("the figure was drawn %d times, in %d places", drawn, len(ids))
	}
	if alt, _ := last["text/plain"].(string); last["image/png"] == nil || !strings.Contains(alt, "Mamba-2") {
		t.Errorf("at last it shows %q", alt)
	}
}

// A cell defines an architecture: the source of the worked example from outside, as a user would type it. The worker
// processes that train and ask it, and the process that holds it, are built with the cell's code.
func TestACellDefinesAnArchitecture(t *testing.T) {
	c := start(t)
	c.useTiny()
	source, err := os.ReadFile("../../internal/gla/gla.go")
	if err != nil {
		t.Fatal(err)
	}
	_, cell, _ := strings.Cut(string(source), "package gla\n")
	c.mustRun(strings.Replace(cell, "func init()", "func init_gla()", 1))
	c.mustRun(`import (
	"longseq/study/notebook"
	"longseq/study/training"
)
var lab = notebook.Lab{Models: "models", Plans: ".", Results: "."}`)
	plan := "models: [gla]\ntasks: [recall]\nlengths: [64]\ndepths: [50]\nsamples: 8\n"
	if err := os.WriteFile(filepath.Join(c.dir, "mine.yaml"), []byte(plan), 0o666); err != nil {
		t.Fatal(err)
	}
	trained := c.run("%%\ndefer display.Flush()\nlab.Train(training.Training{Architectures: []string{\"gla\"}, Steps: 20})")
	if trained.reply["status"] != "ok" {
		t.Fatalf("%v %s", trained.reply, trained.text("stderr"))
	}
	if got := c.mustRun("%%\ns := lab.Sweep(\"mine.yaml\")\nfmt.Print(len(s.Records), s.Models)"); !strings.HasSuffix(got, "8 [gla]") {
		t.Errorf("the sweep says %q", got)
	}
	const ask = `%%
m, err := resident.Open(context.Background(), "models/gla", resident.Options{})
display.Fatal(err)
fmt.Print(m.Found, " ", m.Architecture)`
	if first, second := c.mustRun(ask), c.mustRun(ask); first != "false gla" || second != "true gla" {
		t.Errorf("opened twice it says %q and %q", first, second)
	}
	// The next program knows it as well, though the process that holds models was started by another.
	if got := c.mustRun(ask + "\nfmt.Print(\".\")"); got != "false gla." {
		t.Errorf("another program says %q", got)
	}
}
