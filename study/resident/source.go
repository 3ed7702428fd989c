package resident

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// sources are the packages by which the process computes, from the module's root.
var sources = []string{".", "lcmodels", "lcmodels/checkpoint", "lcmodels/generate", "lcmodels/tokenizer", "kernelsrc/backend", "kernelsrc/ops", "study", "study/resident", "internal/worker"}

// changedSince reports whether source of the models, or the choice of modules, was changed after a
// time. Where the source is not at hand, as in a released binary, it was not.
func changedSince(began time.Time) bool {
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(here)))
	for _, folder := range sources {
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil {
			return false
		}
		for _, entry := range entries {
			name := entry.Name()
			if strings.HasSuffix(name, "_test.go") || filepath.Ext(name) != ".go" && name != "go.mod" {
				continue
			}
			if info, err := entry.Info(); err == nil && info.ModTime().After(began) {
				return true
			}
		}
	}
	return false
}
