package jupyter

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// installTestKernel lets Jupyter find this test binary as the kernel longseq, and as gonb, for the tests of this
// process.
func installTestKernel(t *testing.T) {
	t.Helper()
	data := t.TempDir()
	spec := kernelJSON{
		Argv:          []string{"/bin/sh", "-c", kernelEnv + `="$1" exec "$0"`, os.Args[0], "{connection_file}"},
		DisplayName:   "Go",
		Language:      "go",
		InterruptMode: "message",
	}
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{kernelName, kernelAlias} {
		dir := filepath.Join(data, "kernels", name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "kernel.json"), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("JUPYTER_PATH", data)
}

// TestJupyterKernelTest runs jupyter_kernel_test, Jupyter's own tests of a kernel.
func TestJupyterKernelTest(t *testing.T) {
	if err := exec.Command("python3", "-c", "import jupyter_kernel_test").Run(); err != nil {
		t.Skip("python3 has no jupyter_kernel_test; `make test` brings it")
	}
	installTestKernel(t)
	cmd := exec.Command("python3", "-m", "unittest", "-v", "kernel_tests")
	cmd.Dir = "testdata"
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{"completion", "display_data", "error", "execute_stderr", "execute_stdout", "inspect", "is_complete", "kernel_info", "recv_iopub_welcome_msg"} {
		if !regexp.MustCompile(`test_` + name + ` \(.*\) \.\.\. ok`).Match(out) {
			t.Errorf("%s was not tested", name)
		}
	}
}
