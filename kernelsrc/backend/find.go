package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// The environment variables that GoMLX and go-xla read too.
const (
	envBackend = "GOMLX_BACKEND"
	envPlugins = "PJRT_PLUGIN_LIBRARY_PATH"
)

// pluginNames are the file names under which a kind's plugin is known: go-xla's own, then the wheel's.
var pluginNames = map[kind][]string{
	kindCPU:  {"pjrt_c_api_cpu_plugin"},
	kindCUDA: {"pjrt_c_api_cuda_plugin", "xla_cuda_plugin"},
}

// place is a folder, or a plugin named outright, and who named it.
type place struct {
	path, from string
}

// places returns where a plugin is looked for, in order.
func places(c choice) []place {
	if c.plugin != "" {
		return []place{{c.plugin, "--backend"}}
	}
	var list []place
	if env, err := parseChoice(os.Getenv(envBackend)); err == nil && env.plugin != "" {
		list = append(list, place{env.plugin, envBackend})
	}
	for _, folder := range filepath.SplitList(os.Getenv(envPlugins)) {
		if folder != "" {
			list = append(list, place{folder, envPlugins})
		}
	}
	if cache, err := os.UserCacheDir(); err == nil {
		list = append(list, place{filepath.Join(cache, "longseq", "pjrt"), "the cache folder"})
	}
	if program, err := os.Executable(); err == nil {
		list = append(list, place{filepath.Dir(program), "beside the program"})
	}
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, place{filepath.Join(home, ".local", "lib", "go-xla"), "GoMLX's own installer"})
	}
	return list
}

// findPlugin returns the first plugin of the kind among the places, or "", and one line for each place
// that was looked at.
func findPlugin(k kind, list []place) (path string, why []string) {
	for _, p := range list {
		info, err := os.Stat(p.path)
		switch {
		case err != nil:
			why = append(why, fmt.Sprintf("%s: %s is not there (%s)", k, p.path, p.from))
		case !info.IsDir():
			if kindOf(p.path) == k {
				return p.path, append(why, fmt.Sprintf("%s: found %s (%s)", k, p.path, p.from))
			}
		default:
			if file := pluginIn(p.path, k); file != "" {
				return file, append(why, fmt.Sprintf("%s: found %s (%s)", k, file, p.from))
			}
			why = append(why, fmt.Sprintf("%s: no plugin in %s (%s)", k, p.path, p.from))
		}
	}
	return "", why
}

// pluginIn returns the plugin file of the kind in a folder, or "".
func pluginIn(folder string, k kind) string {
	extension := ".so"
	if runtime.GOOS == "darwin" {
		extension = ".dylib"
	}
	for _, name := range pluginNames[k] {
		file := filepath.Join(folder, name+extension)
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file
		}
	}
	return ""
}

// hasGPU tells whether the system shows an NVIDIA device.
func hasGPU() bool {
	devices, err := filepath.Glob("/dev/nvidia[0-9]*")
	return err == nil && len(devices) > 0
}
