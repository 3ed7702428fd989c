package hub

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longseq/lcmodels/hub/hubtest"
)

func TestSettingsMeanWhatTheyMeanToPython(t *testing.T) {
	for _, c := range []struct {
		set         map[string]string
		cache, from string
	}{
		{map[string]string{"HOME": "/home/u"}, "/home/u/.cache/huggingface/hub", "the default"},
		{map[string]string{"HOME": "/home/u", "XDG_CACHE_HOME": "/x"}, "/x/huggingface/hub", "XDG_CACHE_HOME"},
		{map[string]string{"HOME": "/home/u", "XDG_CACHE_HOME": "/x", "HF_HOME": "/h"}, "/h/hub", "HF_HOME"},
		{map[string]string{"HOME": "/home/u", "HF_HOME": "~/hf"}, "/home/u/hf/hub", "HF_HOME"},
		{map[string]string{"HF_HOME": "/h", "HF_HUB_CACHE": "$DISK/c", "DISK": "/d"}, "/d/c", "HF_HUB_CACHE"},
		{nil, "", ""},
	} {
		e := FromEnvironment(func(key string) string { return c.set[key] })
		if e.Cache != c.cache || e.From != c.from {
			t.Errorf("%v: cache %q by %q, want %q by %q", c.set, e.Cache, e.From, c.cache, c.from)
		}
		if e.Endpoint != defaultEndpoint || e.Offline || e.Token != "" {
			t.Errorf("%v: %+v", c.set, e)
		}
	}
	set := map[string]string{"HF_HUB_OFFLINE": "yes", "HF_TOKEN": "t\n", "HF_ENDPOINT": "http://localhost:1/"}
	if e := FromEnvironment(func(key string) string { return set[key] }); !e.Offline || e.Token != "t" || e.Endpoint != "http://localhost:1" {
		t.Errorf("%v: %+v", set, e)
	}
}

func TestWhereACachedModelLies(t *testing.T) {
	e := Environment{Cache: t.TempDir()}
	root := filepath.Join(e.Cache, "models--org--model")
	snapshot := filepath.Join(root, "snapshots", hubtest.Commit)
	for _, folder := range []string{snapshot, filepath.Join(root, "refs", "pr")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	note := func(ref, text string) {
		if err := os.WriteFile(filepath.Join(root, "refs", ref), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Find("org/model", Main); !errors.Is(err, ErrNotCached) || !strings.Contains(err.Error(), root) {
		t.Errorf("without refs/main: %v", err)
	}
	note("main", hubtest.Commit+"\n")
	note("pr/1", hubtest.Commit)
	note("old", strings.Repeat("f", 40))
	note("bad", "../../..")
	for _, revision := range []string{Main, "pr/1", hubtest.Commit} {
		if found, err := e.Find("org/model", revision); err != nil || found != snapshot {
			t.Errorf("%s: found %q (%v)", revision, found, err)
		}
	}
	if _, err := e.Find("org/model", "old"); !errors.Is(err, ErrNotCached) {
		t.Errorf("a commit that is not there: %v", err)
	}
	for _, bad := range [][2]string{{"org/model", "bad"}, {"org/model", "../x"}, {"org", Main}, {"org/../x", Main}, {"/org/model", Main}, {"org/model/x", Main}} {
		if found, err := e.Find(bad[0], bad[1]); err == nil || errors.Is(err, ErrNotCached) {
			t.Errorf("%v: found %q (%v)", bad, found, err)
		}
	}
}
