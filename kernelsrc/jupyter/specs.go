package jupyter

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// Spec is an installed kernelspec.
type Spec struct {
	Name     string   // name of its folder, by which notebooks ask for it
	Dir      string   // folder of kernel.json
	Language string   // language of its cells
	Argv     []string // command that starts it
	ours     bool     // written by Install
}

// Specs returns the kernelspecs that Jupyter finds, in its search order: of two with the same name, Jupyter uses
// the first.
func Specs() []Spec {
	var specs []Spec
	for _, dir := range searchDirs() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // most of these folders do not exist
		}
		for _, entry := range entries {
			if spec, err := readSpec(filepath.Join(dir, entry.Name())); err == nil {
				specs = append(specs, spec)
			}
		}
	}
	return specs
}

// readSpec reads the kernelspec in dir.
func readSpec(dir string) (Spec, error) {
	text, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return Spec{}, err
	}
	var k kernelJSON
	if err := json.Unmarshal(text, &k); err != nil {
		return Spec{}, fmt.Errorf("read %s/kernel.json: %w", dir, err)
	}
	return Spec{
		Name:     filepath.Base(dir),
		Dir:      dir,
		Language: k.Language,
		Argv:     k.Argv,
		ours:     k.Metadata["installed_by"] == kernelName,
	}, nil
}

// searchDirs returns the folders in which Jupyter looks for kernelspecs, in its order.
func searchDirs() []string {
	var data []string
	data = append(data, filepath.SplitList(os.Getenv("JUPYTER_PATH"))...)
	if dir := userDataDir(); dir != "" {
		data = append(data, dir)
	}
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if prefix := os.Getenv(name); prefix != "" {
			data = append(data, filepath.Join(prefix, "share", "jupyter"))
		}
	}
	data = append(data, "/usr/local/share/jupyter", "/usr/share/jupyter")
	var kernels []string
	for _, dir := range data {
		if dir = filepath.Join(dir, "kernels"); !slices.Contains(kernels, dir) {
			kernels = append(kernels, dir)
		}
	}
	return kernels
}

// userDataDir returns the user's Jupyter data folder, or "" if there is no home folder.
func userDataDir() string {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter")
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter")
	}
	return filepath.Join(home, ".local", "share", "jupyter")
}
