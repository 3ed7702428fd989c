package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Environment variables, which GoMLX and go-xla read too.
const (
	envBackend = "GOMLX_BACKEND"
	envPlugins = "PJRT_PLUGIN_LIBRARY_PATH"
)

// pluginNames are the file names under which a kind's plugin is known: go-xla's own, then the wheel's.
var pluginNames = map[kind][]string{
	kindCPU:  {"pjrt_c_api_cpu_plugin"},
	kindCUDA: {"pjrt_c_api_cuda_plugin", "xla_cuda_plugin"},
}

// location is a folder in which plugins are looked for, or a plugin's file, and what named it.
type location struct {
	path, from string
}

// locations returns where plugins are looked for, in order.
func locations(c choice) []location {
	if c.plugin != "" {
		return []location{{c.plugin, "--backend"}}
	}
	var list []location
	if env, err := parseChoice(os.Getenv(envBackend)); err == nil && env.plugin != "" {
		list = append(list, location{env.plugin, envBackend})
	}
	for _, folder := range filepath.SplitList(os.Getenv(envPlugins)) {
		if folder != "" {
			list = append(list, location{folder, envPlugins})
		}
	}
	if cache, err := os.UserCacheDir(); err == nil {
		list = append(list, location{filepath.Join(cache, "longseq", "pjrt"), "the cache folder"})
	}
	if program, err := os.Executable(); err == nil {
		list = append(list, location{filepath.Dir(program), "beside the program"})
	}
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, location{filepath.Join(home, ".local", "lib", "go-xla"), "GoMLX's own installer"})
	}
	return list
}

// findPlugin returns the first plugin of the kind at the locations, or "", and one line for each location that was
// looked at.
func findPlugin(k kind, list []location) (path string, why []string) {
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

// GPUs are the NVIDIA devices that this process may use, as CUDA_VISIBLE_DEVICES names them: a process to which that variable
// names one of them uses that one alone.
func GPUs() []string {
	files, err := filepath.Glob("/dev/nvidia[0-9]*")
	if err != nil {
		return nil
	}
	visible, restricted := os.LookupEnv(EnvGPUs)
	return gpus(files, visible, restricted)
}

// EnvGPUs names the devices that CUDA shows to a process.
const EnvGPUs = "CUDA_VISIBLE_DEVICES"

// gpus returns the devices of these files, or those of them that are visible. CUDA ignores what follows an invalid name.
func gpus(files []string, visible string, restricted bool) []string {
	var list []string
	if !restricted {
		for i := range files { // CUDA numbers them from 0, whichever files a container has
			list = append(list, strconv.Itoa(i))
		}
		return list
	}
	for name := range strings.SplitSeq(visible, ",") {
		name = strings.TrimSpace(name)
		if name == "" || name == "-1" || strings.EqualFold(name, "none") || strings.EqualFold(name, "void") || len(list) == len(files) {
			break
		}
		list = append(list, name)
	}
	return list
}

// hasGPU reports whether the system has an NVIDIA device.
func hasGPU() bool {
	devices, err := filepath.Glob("/dev/nvidia[0-9]*")
	return err == nil && len(devices) > 0
}
