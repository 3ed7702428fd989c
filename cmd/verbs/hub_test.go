package verbs

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"longseq/lcmodels/hub/hubtest"
)

// cleaner lets a server end with its script.
type cleaner struct{ ts *testscript.TestScript }

func (c cleaner) Cleanup(f func()) { c.ts.Defer(f) }

// hubServer is the script command `hubserver NAME=FOLDER...`: a hub on loopback with models of these files, at
// which HF_ENDPOINT then points. `hubserver page` answers everything by a page of HTML.
func hubServer(ts *testscript.TestScript, neg bool, args []string) {
	models := map[string]map[string]string{}
	h := hubtest.Start(cleaner{ts}, models)
	ts.Setenv("HF_ENDPOINT", h.URL)
	for _, arg := range args {
		name, folder, ok := strings.Cut(arg, "=")
		if !ok || neg {
			h.Page = "<html>Welcome to the hotel</html>"
			continue
		}
		models[name] = map[string]string{}
		files, err := filepath.Glob(filepath.Join(ts.MkAbs(folder), "*"))
		ts.Check(err)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			ts.Check(err)
			models[name][filepath.Base(file)] = string(raw)
		}
	}
}
