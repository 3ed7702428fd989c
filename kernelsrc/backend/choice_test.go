package backend

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAPluginsKindIsThatOfItsFileName(t *testing.T) {
	for file, want := range map[string]kind{
		"pjrt_c_api_cpu_plugin.so":          kindCPU,
		"pjrt_c_api_cpu_plugin_v1_amd64.so": kindCPU,
		"my_plugin.so":                      kindCPU,
		"xla_cuda_plugin.so":                kindCUDA,
		"pjrt_gpu.so":                       kindCUDA,
		"xla_rocm_plugin.so":                kindOther,
		"pjrt_plugin_xpu.so":                kindOther,
		"libpjrt_oneapi.so":                 kindOther,
		"libmetal_pjrt.dylib":               kindOther,
	} {
		if got := kindOf("/plugins/" + file); got != want {
			t.Errorf("%s is of kind %s, want %s", file, got, want)
		}
	}
}

// A plugin of another device gets no options of a CPU's, and no kernels in C.
func TestAPluginOfAnotherDeviceIsOpened(t *testing.T) {
	cpu, err := Open("xla:cpu")
	if err != nil {
		t.Skip(err)
	}
	defer cpu.Finalize()
	path := filepath.Join(t.TempDir(), "pjrt_metal.so")
	if err := os.Symlink(cpu.Found.Plugin, path); err != nil {
		t.Skip(err)
	}
	b, err := Open("xla:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if b.Found.Name != "xla:other" || b.Native() == nil || b.HasSharedBuffers() {
		t.Errorf("opened as %s, native kernels: %v, shared buffers: %v", b.Found.Name, b.Native(), b.HasSharedBuffers())
	}
	if _, known := FreeMemory(b); known {
		t.Error("the free memory of another device is taken for that of the host")
	}
}
