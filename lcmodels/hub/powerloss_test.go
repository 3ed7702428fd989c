package hub

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"longseq/internal/durable/powerloss"
	"longseq/lcmodels/hub/hubtest"
)

// smallModel is a model of few bytes.
var smallModel = map[string]string{
	"config.json":       `{"d_model": 8}`,
	"tokenizer.json":    `{"version": "1.0"}`,
	"model.safetensors": "safe weights",
}

func TestTheCacheIsWholeWheneverPowerIsLost(t *testing.T) {
	h := serve(t, smallModel)
	c := clientOf(t, h)
	log := powerloss.Watch(t, c.Cache, ".locks") // empty files
	if _, err := c.Pull(t.Context(), "org/model", Main, nil); err != nil {
		t.Fatal(err)
	}
	log.Mark()
	states, all := log.States(t)
	t.Logf("%d states, %d of them different", all, len(states))
	for _, s := range states {
		after := clientOf(t, h)
		s.Write(t, after.Cache)
		snapshot, err := after.Find("org/model", Main)
		switch {
		case err == nil: // the branch is written last: all files are there
			checkFiles(t, snapshot, true)
		case s.Marks == 1 || !errors.Is(err, ErrNotCached):
			t.Errorf("after %d pulls: %v", s.Marks, err)
		}
		checkFiles(t, filepath.Join(after.folder("org/model"), "snapshots", hubtest.Commit), false)
		if snapshot, err = after.Pull(t.Context(), "org/model", Main, nil); err != nil {
			t.Errorf("the next pull: %v", err)
			continue
		}
		checkFiles(t, snapshot, true)
	}
}

// checkFiles compares the files of a snapshot with the server's. Some may be missing, unless it is whole.
func checkFiles(t *testing.T, snapshot string, whole bool) {
	t.Helper()
	for name, want := range smallModel {
		got, err := os.ReadFile(filepath.Join(snapshot, name))
		if (err != nil && whole) || (err == nil && string(got) != want) {
			t.Errorf("%s holds %q, want %q; error %v", name, got, want, err)
		}
	}
}
