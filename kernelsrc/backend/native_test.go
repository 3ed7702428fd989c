package backend_test

import (
	"runtime"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
)

func TestEveryXLAOnACPUCallsNativeKernels(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("there are native kernels for Linux on x86-64 alone")
	}
	for range 2 {
		if err := backendtest.Open(t, "xla:cpu").Native(); err != nil {
			t.Error(err)
		}
	}
	if backendtest.Open(t, "go").Native() == nil {
		t.Error("the pure-Go backend says it calls native kernels")
	}
}
