package jupyter

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browserEnv is the variable that enables the test in a browser. It holds the folder for the pictures.
const browserEnv = "LONGSEQ_BROWSER"

// fakeBrowser runs the script with a browser that gives up a call that waits, as selenium does after two minutes, and whose
// kernel is idle before the first cell starts and between cells.
const fakeBrowser = `
import sys, types
for name in ["selenium", "selenium.webdriver", "selenium.webdriver.chrome", "selenium.webdriver.chrome.options", "selenium.webdriver.chrome.service"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["selenium"].webdriver = sys.modules["selenium.webdriver"]
sys.modules["selenium.webdriver"].Chrome = object
sys.modules["selenium.webdriver.chrome.options"].Options = object
sys.modules["selenium.webdriver.chrome.service"].Service = object
import browser

class Fake:
    states = 0
    def execute_async_script(self, *args):
        raise TimeoutError("no answer")
    def execute_script(self, script, *args):
        if script != browser.STATE:
            assert args == ("notebook:run-all-cells",) and "return" not in script, script
            return None
        self.states += 1
        return {"status": "idle", "running": 0, "ended": self.states == 4, "executed": self.states}

print(browser.run_all(Fake())["executed"])
`

func TestABrowserWaitsForAllCellsWithoutHoldingACall(t *testing.T) {
	cmd := exec.Command("python3", "-c", fakeBrowser)
	cmd.Dir = "testdata"
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "4\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// TestNotebooksInABrowser opens each notebook in JupyterLab in Chromium, runs all its cells, and takes a picture of the
// page for people to look at.
func TestNotebooksInABrowser(t *testing.T) {
	pictures := os.Getenv(browserEnv)
	if pictures == "" {
		t.Skip("opens a browser; `make browser` runs it")
	}
	installTestKernel(t)
	t.Setenv("LONGSEQ_QUICK", "1")
	paths, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
		t.Run(name, func(t *testing.T) {
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("python3", "testdata/browser.py", path, filepath.Join(pictures, name+".png"))
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: it needs what `make browser` installs, and Debian's chromium and chromium-driver", err)
			}
			var seen struct {
				StatusAtOpen    string `json:"status_at_open"`
				Code, Executed  int
				Errors, Console []string
				Images          int // outputs that are pictures
				Pictures, Drawn int // pictures on the page, and those with a size
			}
			if err := json.Unmarshal(out, &seen); err != nil {
				t.Fatalf("%s: %v", out, err)
			}
			t.Logf("%s", out)
			if seen.StatusAtOpen != "idle" {
				t.Errorf("the kernel is %s before the first cell", seen.StatusAtOpen)
			}
			if seen.Executed != seen.Code || seen.Code == 0 || len(seen.Errors) > 0 {
				t.Errorf("%d of %d cells ran; errors %q", seen.Executed, seen.Code, seen.Errors)
			}
			if seen.Pictures != seen.Images || seen.Drawn != seen.Images {
				t.Errorf("of %d pictures %d are on the page, %d with a size", seen.Images, seen.Pictures, seen.Drawn)
			}
			if len(seen.Console) > 0 {
				t.Errorf("the browser complains: %q", seen.Console)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the notebook was changed, %v", err)
			}
		})
	}
}
