package figure

import (
	"fmt"
	"path/filepath"

	"longseq/internal/output"
)

// Save renders the figure in every format, writes dir/name.svg, .png, .pdf and .csv, and returns their paths. It
// makes the folder if there is none. Each file is replaced whole or not at all, see [output.Create].
func Save(f *Figure, dir, name string) ([]string, error) {
	files := make([][]byte, len(Formats))
	for i, format := range Formats {
		data, err := Render(f, format)
		if err != nil {
			return nil, fmt.Errorf("save figure %s: %w", name, err)
		}
		files[i] = data
	}
	undo, err := output.Folder(dir)
	if err != nil {
		return nil, fmt.Errorf("save figure %s: %w", name, err)
	}
	paths := make([]string, len(Formats))
	for i, format := range Formats {
		paths[i] = filepath.Join(dir, name+"."+format)
		if err := output.Write(paths[i], files[i], 0o666); err != nil {
			undo()
			return nil, fmt.Errorf("save figure %s: %w", name, err)
		}
	}
	return paths, nil
}
