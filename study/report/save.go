package report

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Save writes the table as dir/name.txt, .md, .tex and .csv, making the folder if it is not there; it returns the
// paths in that order. Each file is replaced whole or not at all.
func (t Table) Save(dir, name string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("save table %s: %w", name, err)
	}
	var paths []string
	for _, file := range []struct{ extension, text string }{
		{"txt", t.Text()}, {"md", t.Markdown()}, {"tex", t.LaTeX()}, {"csv", t.CSV()},
	} {
		path := filepath.Join(dir, name+"."+file.extension)
		if err := renameio.WriteFile(path, []byte(file.text), 0o666); err != nil {
			return nil, fmt.Errorf("save table %s: %w", name, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
