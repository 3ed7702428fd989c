package backend

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"

	"longseq/kernelsrc/native"
)

// Backend computes graphs. It is a backends.Backend of GoMLX. If the platform supports them, its graphs can have loops,
// native kernels and buffers that are updated in place.
type Backend struct {
	backends.Backend
	Found Found

	loops  func() error // tests loops once; nil if there are none
	native func() error // registers native kernels once; nil if there are none
	inner  *builder     // of a loop's body, in a backend that builds one; else nil
}

// Found is the result of a search for a backend.
type Found struct {
	Name    string   // "xla:cpu", "xla:cuda", "xla:other" for another device, or "go"
	Device  string   // a description of the device
	Plugin  string   // the plugin's file, "" for pure Go
	Version string   // of the plugin's interface, "" for pure Go or before Open
	Why     []string // one line for each location that was looked at
	Warning string   // one line on what is slower or cannot run, or ""
}

// pureGoWarning is the warning if pure Go is used because nothing else was found.
const pureGoWarning = "no XLA plugin was found: computing in pure Go, about 23 times slower, and training cannot run; `make` fetches the CPU plugin"

// Open opens the backend that choice names: "xla:cpu", "xla:cuda", "xla:/absolute/path/of/plugin.so" or
// "go". An empty choice means what GOMLX_BACKEND says, else XLA on CUDA if a plugin and a device for it
// are found, else XLA on the CPU if a plugin is found, else pure Go. The error for a named backend that is not
// there is one line that says what to install. After Open, GoMLX and XLA write no log.
func Open(choice string) (*Backend, error) {
	silence()
	found, err := find(choice)
	if err != nil {
		return nil, err
	}
	if found.Name == string(kindGo) {
		// In GoMLX v0.26.0, operations that run in parallel can wait for each other's workers for ever.
		raw, err := simplego.New("ops_sequential")
		if err != nil {
			return nil, fmt.Errorf("open the pure-Go backend: %w", err)
		}
		return &Backend{Backend: raw, Found: found}, nil
	}
	raw, device, version, err := openXLA(kind(found.Name), found.Plugin)
	if err != nil {
		return nil, fmt.Errorf("plugin %s does not load: %s; fetch it again with `make`, or choose the backend go", found.Plugin, oneLine(err))
	}
	found.Device, found.Version = device, version
	b := &Backend{Backend: raw, Found: found}
	inUse.Store(raw, nil)
	b.loops = sync.OnceValue(func() error { return testLoop(b) })
	if found.Name == string(kindCPU) {
		b.native = sync.OnceValue(func() error { return native.Register(found.Plugin) })
	}
	return b, nil
}

// inUse holds every XLA backend until Finalize. If a backend were garbage collected together with its buffers, go-xla
// v0.1.4 could destroy the client before the buffers, which ends a program on a GPU.
var inUse sync.Map

// Finalize closes the backend and frees its memory. Its buffers must not be used afterwards.
func (b *Backend) Finalize() {
	inUse.Delete(b.Backend)
	b.Backend.Finalize()
}

// Find returns what Open would open, without loading anything. Its errors are those of Open.
func Find(choice string) (Found, error) {
	return find(choice)
}

// find returns which backend a choice means and where its plugin is.
func find(text string) (Found, error) {
	asked := text
	if asked == "" {
		asked = os.Getenv(envBackend)
	}
	c, err := parseChoice(asked)
	if err != nil {
		if text == "" {
			err = fmt.Errorf("%s: %w", envBackend, err)
		}
		return Found{}, err
	}
	if !hasXLA && c.kinds[len(c.kinds)-1] != kindGo {
		return Found{}, fmt.Errorf("backend %q needs XLA, and this program was built without cgo: build it with CGO_ENABLED=1 and a C compiler, or choose the backend go", asked)
	}
	var why []string
	for _, k := range c.kinds {
		switch {
		case k == kindGo:
			found := Found{Name: string(kindGo), Device: "the CPU, in pure Go", Why: why}
			if len(c.kinds) > 1 {
				found.Warning = pureGoWarning
			}
			return found, nil
		case !hasXLA:
			why = append(why, string(k)+": this program was built without cgo")
			continue
		case k == kindCUDA && len(c.kinds) > 1 && !hasGPU():
			why = append(why, "xla:cuda: no /dev/nvidia* device")
			continue
		}
		path, looked := findPlugin(k, locations(c))
		why = append(why, looked...)
		if path != "" {
			return Found{Name: string(k), Device: deviceNames[k], Plugin: path, Why: why}, nil
		}
	}
	return Found{Why: why}, notFound(c)
}

var deviceNames = map[kind]string{kindCPU: "the CPU, by XLA", kindCUDA: "an NVIDIA GPU, by XLA", kindOther: "the device of the plugin, by XLA"}

// notFound is the error for a plugin that was not found.
func notFound(c choice) error {
	if c.plugin != "" {
		return fmt.Errorf("plugin %s is not there: `make` fetches the CPU plugin into the cache folder", c.plugin)
	}
	if c.kinds[0] == kindCUDA && len(c.kinds) == 1 {
		return fmt.Errorf("no plugin for %q: pip download jax-cuda13-pjrt (or jax-cuda12-pjrt), and put its xla_cuda_plugin.so into a folder of %s", c.text, envPlugins)
	}
	return fmt.Errorf("no plugin for %q: `make` fetches the CPU plugin into the cache folder; or choose the backend go", c.text)
}

// oneLine is an error's first line.
func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
