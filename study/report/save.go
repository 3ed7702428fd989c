package report

import (
	"fmt"
	"path/filepath"

	"longseq/internal/output"
)

// Save writes the table as dir/name.txt, .md, .tex and .csv, making the folder if it is not there; it returns the
// paths in that order. Each file is replaced whole or not at all, see [output.Create].
func (t Table) Save(dir, name string) ([]string, error) {
	undo, err := output.Folder(dir)
	if err != nil {
		return nil, fmt.Errorf("save table %s: %w", name, err)
	}
	var paths []string
	for _, file := range []struct{ extension, text string }{
		{"txt", t.Text()}, {"md", t.Markdown()}, {"tex", t.LaTeX()}, {"csv", t.CSV()},
	} {
		path := filepath.Join(dir, name+"."+file.extension)
		if err := output.Write(path, []byte(file.text), 0o666); err != nil {
			undo()
			return nil, fmt.Errorf("save table %s: %w", name, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
