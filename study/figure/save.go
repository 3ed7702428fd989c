package figure

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Save renders the figure in every format, writes dir/name.svg, .png, .pdf and .csv, and returns their paths. It
// makes the folder if there is none. Each file is replaced whole or not at all, so that no reader sees half of
// one.
func Save(f *Figure, dir, name string) ([]string, error) {
	files := make([][]byte, len(Formats))
	for i, format := range Formats {
		data, err := Render(f, format)
		if err != nil {
			return nil, fmt.Errorf("save figure %s: %w", name, err)
		}
		files[i] = data
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("save figure %s: %w", name, err)
	}
	paths := make([]string, len(Formats))
	for i, format := range Formats {
		paths[i] = filepath.Join(dir, name+"."+format)
		if err := renameio.WriteFile(paths[i], files[i], 0o666); err != nil {
			return nil, fmt.Errorf("save figure %s: %w", name, err)
		}
	}
	return paths, nil
}
