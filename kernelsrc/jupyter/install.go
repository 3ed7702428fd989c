package jupyter

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// kernelName is the name of the kernelspec's folder, by which notebooks ask for it. kernelAlias is the name by which
// notebooks of GoNB ask for it; it is installed only where no other kernel has that name.
const (
	kernelName  = "longseq"
	kernelAlias = "gonb"
)

//go:embed logo/logo-32x32.png logo/logo-64x64.png logo/logo-svg.svg
var logos embed.FS

// InstallOptions say where a kernelspec is installed. At most one may be set; the default is User.
type InstallOptions struct {
	User      bool   // in the user's data folder: JUPYTER_DATA_DIR, or the system's default
	Prefix    string // in share/jupyter of this folder
	SysPrefix bool   // in share/jupyter of the active Python environment
}

// kernelJSON holds the fields of a kernel.json that this package reads or writes.
type kernelJSON struct {
	Argv          []string       `json:"argv"`
	DisplayName   string         `json:"display_name"`
	Language      string         `json:"language"`
	InterruptMode string         `json:"interrupt_mode,omitempty"`
	Metadata      map[string]any `json:"metadata,omitempty"`
}

// Install writes a kernelspec for the running binary, and one under the alias gonb where no other kernel has that
// name. It returns the folders that it wrote. Installing again replaces what an earlier call wrote.
func Install(opts InstallOptions) ([]string, error) {
	binary, err := installedBinary()
	if err != nil {
		return nil, err
	}
	kernels, err := opts.kernelsDir()
	if err != nil {
		return nil, err
	}
	own := filepath.Join(kernels, kernelName)
	if foreign(own) {
		return nil, fmt.Errorf("install kernel: %s holds another program's kernel: remove it first", own)
	}
	if err := writeSpec(own, binary, "Go (longseq)"); err != nil {
		return nil, err
	}
	written := []string{own}
	alias := filepath.Join(kernels, kernelAlias)
	if aliasTaken() || foreign(alias) {
		return written, nil
	}
	if err := writeSpec(alias, binary, "Go (longseq, as gonb)"); err != nil {
		return written, err
	}
	return append(written, alias), nil
}

// Uninstall removes the kernelspecs that Install wrote with the same options, and returns their folders. It is an
// error if there are none.
func Uninstall(opts InstallOptions) ([]string, error) {
	kernels, err := opts.kernelsDir()
	if err != nil {
		return nil, err
	}
	var removed []string
	for _, name := range []string{kernelName, kernelAlias} {
		dir := filepath.Join(kernels, name)
		if spec, err := readSpec(dir); err != nil || !spec.ours {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return removed, fmt.Errorf("uninstall kernel: %w", err)
		}
		removed = append(removed, dir)
	}
	if len(removed) == 0 {
		return nil, fmt.Errorf("uninstall kernel: no kernel of this program in %s", kernels)
	}
	return removed, nil
}

// kernelsDir returns the folder of the kernelspecs for these options.
func (o InstallOptions) kernelsDir() (string, error) {
	chosen := 0
	for _, set := range []bool{o.User, o.Prefix != "", o.SysPrefix} {
		if set {
			chosen++
		}
	}
	if chosen > 1 {
		return "", errors.New("install kernel: choose one of --user, --prefix and --sys-prefix")
	}
	switch {
	case o.Prefix != "":
		prefix, err := filepath.Abs(o.Prefix)
		if err != nil {
			return "", fmt.Errorf("install kernel: prefix %s: %w", o.Prefix, err)
		}
		return filepath.Join(prefix, "share", "jupyter", "kernels"), nil
	case o.SysPrefix:
		prefix, err := pythonPrefix()
		if err != nil {
			return "", err
		}
		return filepath.Join(prefix, "share", "jupyter", "kernels"), nil
	}
	data := userDataDir()
	if data == "" {
		return "", errors.New("install kernel: no home folder is set: use --prefix")
	}
	return filepath.Join(data, "kernels"), nil
}

// pythonPrefix returns the folder of the active Python environment.
func pythonPrefix() (string, error) {
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := os.Getenv(name); dir != "" {
			return dir, nil
		}
	}
	out, err := exec.Command("python3", "-c", "import sys; print(sys.prefix)").Output()
	if err != nil {
		return "", fmt.Errorf("install kernel: no Python environment is active and python3 does not run: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// installedBinary returns the path of the running binary, which kernel.json names.
func installedBinary() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("install kernel: %w", err)
	}
	if strings.HasPrefix(path, os.TempDir()) && strings.Contains(path, "go-build") && !strings.HasSuffix(path, ".test") {
		return "", errors.New("install kernel: `go run` deletes its program when it ends: build the binary and run that")
	}
	return path, nil
}

// foreign reports whether dir exists and was not written by Install.
func foreign(dir string) bool {
	if _, err := os.Stat(dir); err != nil {
		return false
	}
	spec, err := readSpec(dir)
	return err != nil || !spec.ours
}

// aliasTaken reports whether Jupyter finds another program's kernel under the alias.
func aliasTaken() bool {
	for _, dir := range searchDirs() {
		if foreign(filepath.Join(dir, kernelAlias)) {
			return true
		}
	}
	return false
}

// writeSpec writes a kernelspec in a folder beside dir and renames it to dir.
func writeSpec(dir, binary, title string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), ".longseq-")
	if err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	defer os.RemoveAll(draft)
	spec := kernelJSON{
		Argv:          []string{binary, "kernel", "run", "{connection_file}"},
		DisplayName:   title,
		Language:      "go",
		InterruptMode: "message",
		Metadata:      map[string]any{"debugger": false, "installed_by": kernelName},
	}
	text, err := json.MarshalIndent(spec, "", " ")
	if err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	if err := os.WriteFile(filepath.Join(draft, "kernel.json"), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	files, err := fs.Sub(logos, "logo")
	if err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	if err := os.CopyFS(draft, files); err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	if err := os.Rename(draft, dir); err != nil {
		return fmt.Errorf("install kernel: %w", err)
	}
	return nil
}
