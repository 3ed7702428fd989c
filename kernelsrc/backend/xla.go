//go:build cgo

package backend

import (
	"fmt"

	"github.com/gomlx/go-xla/pkg/pjrt"
	"github.com/gomlx/gomlx/backends/xla"
)

// hasXLA reports whether this program was built with XLA, which needs cgo.
const hasXLA = true

// openXLA loads a plugin and starts a client of it with one device.
func openXLA(k kind, path string) (raw *xla.Backend, device, version string, err error) {
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
	case kindCUDA: // allocate memory as it is needed, since other processes may use the same GPU
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
