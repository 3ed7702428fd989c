//go:build cgo

package backend

import (
	"flag"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/gomlx/go-xla/pkg/pjrt"
	"github.com/gomlx/gomlx/backends/xla"
	"k8s.io/klog/v2"
)

// hasXLA tells whether this program was built with XLA, which needs cgo.
const hasXLA = true

// silence keeps GoMLX's, go-xla's and the plugin's logs off stderr, where a user expects one line at most. The
// plugin's (that compiling is slow on a busy machine, say) come back by TF_CPP_MIN_LOG_LEVEL=0.
var silence = sync.OnceFunc(func() {
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	_ = flags.Set("stderrthreshold", "FATAL")
	klog.SetOutput(io.Discard)
	if _, chosen := os.LookupEnv(envPluginLog); !chosen {
		_ = os.Setenv(envPluginLog, "3")
	}
})

// envPluginLog is the lowest level that XLA's own log prints: 0 information, 3 nothing but what ends the program.
const envPluginLog = "TF_CPP_MIN_LOG_LEVEL"

// openXLA loads a plugin and starts a client of it with one device.
func openXLA(k kind, path string) (raw *xla.Backend, device, version string, err error) {
	silence()
	xla.EnableAutoInstall(false)
	if err := checkPlugin(path); err != nil {
		return nil, "", "", err
	}
	var options pjrt.NamedValuesMap
	config := path
	switch k {
	case kindCPU:
		options = pjrt.NamedValuesMap{"cpu_device_count": int64(1)}
		config += ",shared_buffers"
	case kindCUDA: // memory as it is needed: several processes, and other people, may share a GPU
		options = pjrt.NamedValuesMap{"preallocate": false}
	}
	raw, err = xla.NewWithOptions(config, options)
	if err != nil {
		return nil, "", "", err
	}
	plugin, err := pjrt.GetPlugin(path)
	if err != nil {
		return nil, "", "", err
	}
	major, minor := plugin.Version()
	return raw, raw.DeviceDescription(0), fmt.Sprintf("PJRT %d.%d", major, minor), nil
}
