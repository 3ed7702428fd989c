//go:build cgo && linux && amd64

package native

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// See testdata/any.c. The program ends where memory is read or written that is not the kernel's.
func TestKernelsStayWithinTheirBuffersOnAnyNumberOfThreads(t *testing.T) {
	compiler, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc: ", err)
	}
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty")
	sanitize := []string{"-x", "c", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"}
	nothing := exec.Command(compiler, append(sanitize, "-o", empty, "-")...)
	nothing.Stdin = strings.NewReader("int main(void) { return 0; }")
	if out, err := nothing.CombinedOutput(); err != nil {
		t.Skipf("the compiler has no AddressSanitizer: %v\n%s", err, out)
	}
	program := filepath.Join(folder, "any")
	build := exec.Command(compiler, append(sanitize, "-g", "-O0", "-Wall", "-Werror", "-o", program, "testdata/any.c", "-ldl", "-lm", "-lpthread")...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(program).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
