package gla_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"longseq/cmd/verbs"
	_ "longseq/internal/gla"
	"longseq/kernelsrc/backend/backendtest"
)

// The test binary is also a program of its own: the command line with one more architecture.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"myseq": verbs.Main}) }

func TestAProgramWithItTrainsAsksListsAndDrawsIt(t *testing.T) {
	backendtest.Open(t, "").Finalize() // skips where nothing can be trained
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(env *testscript.Env) error {
		cache, err := os.UserCacheDir()
		env.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Join(cache, "longseq", "pjrt"))
		return err
	}})
}
