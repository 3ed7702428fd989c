package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"longseq/lcmodels/hub/hubtest"
)

// serve starts a server with one model.
func serve(t *testing.T, files map[string]string) *hubtest.Server {
	return hubtest.Start(t, map[string]map[string]string{"org/model": files})
}

// clientOf returns a client of the server with its own cache and few tries.
func clientOf(t *testing.T, h *hubtest.Server) *Client {
	c := NewClient(Environment{Cache: t.TempDir(), Endpoint: h.URL, Token: "secret"})
	c.Wait, c.Stall, c.Tries = time.Millisecond, time.Minute, 3
	return c
}

var model = map[string]string{
	"README.md":         "not needed",
	"config.json":       `{"d_model": 8}`,
	"tokenizer.json":    `{"version": "1.0"}`,
	"pytorch_model.bin": strings.Repeat("weights ", 100_000),
	"model.safetensors": strings.Repeat("safe weights ", 50_000),
	"onnx/model.onnx":   "not needed",
}

// contents returns the content of every file in the folder by its path.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		found[name] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// unfinished returns the incomplete files of the cache.
func unfinished(t *testing.T, c *Client) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.folder("org/model"), "blobs", "*.incomplete"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAModelIsPulledIntoTheLayoutThatPythonKeeps(t *testing.T) {
	h := serve(t, model)
	c := clientOf(t, h)
	var reports []Progress
	folder, err := c.Pull(t.Context(), "org/model", Main, func(p Progress) { reports = append(reports, p) })
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(c.Cache, "models--org--model")
	if want := filepath.Join(root, "snapshots", hubtest.Commit); folder != want {
		t.Errorf("the model is in %s, want %s", folder, want)
	}
	got := contents(t, folder)
	for _, name := range []string{"config.json", "tokenizer.json", "model.safetensors"} {
		if got[name] != model[name] {
			t.Errorf("%s holds %.30q", name, got[name])
		}
		target, err := os.Readlink(filepath.Join(folder, name))
		if want := filepath.Join("..", "..", "blobs", hubtest.ETag(name, model[name])); err != nil || target != want {
			t.Errorf("%s leads to %s, want %s", name, target, want)
		}
	}
	if len(got) != 3 {
		t.Errorf("pulled %d files, want 3: safetensors before pytorch_model.bin, and nothing that is not needed", len(got))
	}
	if ref, _ := os.ReadFile(filepath.Join(root, "refs", "main")); string(ref) != hubtest.Commit {
		t.Errorf("refs/main holds %q", ref)
	}
	if last := reports[len(reports)-1]; last.Done != last.Bytes || last.Bytes != int64(len(model[last.File])) {
		t.Errorf("the last report is %+v", last)
	}
	found, err := c.Find("org/model", Main)
	if err != nil || found != folder {
		t.Errorf("found in %q (%v)", found, err)
	}

	// Files in the cache are not downloaded again.
	h.Ranges = nil
	if _, err := c.Pull(t.Context(), "org/model", Main, nil); err != nil || len(h.Ranges) > 0 {
		t.Errorf("a second pull downloads %d files (%v)", len(h.Ranges), err)
	}
	if left := unfinished(t, c); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestTheTokenGoesToTheHubAlone(t *testing.T) {
	h := serve(t, model)
	if _, err := clientOf(t, h).Pull(t.Context(), "org/model", Main, nil); err != nil {
		t.Fatal(err)
	}
	slices.Sort(h.Authorizations)
	// The hub sends two small files, another server the weights.
	if want := []string{"", "Bearer secret", "Bearer secret"}; !slices.Equal(h.Authorizations, want) {
		t.Errorf("content was asked for with %q, want %q", h.Authorizations, want)
	}
}

func TestADownloadContinuesAfterACutConnection(t *testing.T) {
	h := serve(t, map[string]string{"config.json": model["config.json"], "pytorch_model.bin": model["pytorch_model.bin"]})
	h.Cut = []int{0, 300_000, 200_000} // the configuration is complete, the weights are cut twice
	c := clientOf(t, h)
	folder, err := c.Pull(t.Context(), "org/model", Main, nil)
	if err != nil {
		t.Fatal(err)
	}
	if contents(t, folder)["pytorch_model.bin"] != model["pytorch_model.bin"] {
		t.Error("the weights differ")
	}
	if want := []string{"", "", "bytes=300000-", "bytes=500000-"}; !slices.Equal(h.Ranges, want) {
		t.Errorf("asked for %q, want %q", h.Ranges, want)
	}
}

func TestAPullContinuesAnEarlierOne(t *testing.T) {
	h := serve(t, map[string]string{"config.json": model["config.json"], "pytorch_model.bin": model["pytorch_model.bin"]})
	c := clientOf(t, h)
	h.Cut = []int{0, 300_000, 1, 1, 1}
	c.Tries = 1
	if _, err := c.Pull(t.Context(), "org/model", Main, nil); err == nil || !strings.Contains(err.Error(), "after 300000 of 800000 bytes") {
		t.Fatalf("error %v", err)
	}
	if len(unfinished(t, c)) != 1 {
		t.Fatal("the bytes received are gone")
	}
	if _, err := c.Find("org/model", Main); !errors.Is(err, ErrNotCached) {
		t.Errorf("half a model is found (%v)", err)
	}
	h.Cut, h.Ranges = nil, nil
	folder, err := c.Pull(t.Context(), "org/model", Main, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"bytes=300000-"}; !slices.Equal(h.Ranges, want) || contents(t, folder)["pytorch_model.bin"] != model["pytorch_model.bin"] {
		t.Errorf("asked for %q, want %q", h.Ranges, want)
	}
}

func TestAServerWithoutRangesSendsAllAnew(t *testing.T) {
	h := serve(t, map[string]string{"pytorch_model.bin": model["pytorch_model.bin"]})
	h.IgnoreRange, h.Cut = true, []int{300_000}
	folder, err := clientOf(t, h).Pull(t.Context(), "org/model", Main, nil)
	if err != nil || contents(t, folder)["pytorch_model.bin"] != model["pytorch_model.bin"] {
		t.Errorf("the weights differ (%v)", err)
	}
	// A connection that is always cut at the same byte is given up.
	h.Cut = slices.Repeat([]int{300_000}, 50)
	_, err = clientOf(t, h).Pull(t.Context(), "org/model", Main, nil)
	if err == nil || len(h.Cut) < 40 {
		t.Errorf("tried %d times (%v)", 50-len(h.Cut), err)
	}
}

func TestAServerThatLiesLeavesNothingBehind(t *testing.T) {
	for _, c := range []struct {
		name  string
		lie   func(h *hubtest.Server)
		files string
		want  string
	}{
		{"content that is not what its digest says", func(h *hubtest.Server) { h.Corrupt = true }, "pytorch_model.bin", "has the digest"},
		{"a small file that is not what git says", func(h *hubtest.Server) { h.Corrupt = true }, "tokenizer.json", "has the digest"},
		{"a length that is too long", func(h *hubtest.Server) { h.AnnounceMore = 10 }, "pytorch_model.bin", "announced 800010 bytes and now sends 800000"},
		{"a length that is too short", func(h *hubtest.Server) { h.AnnounceMore = -10 }, "pytorch_model.bin", "announced 799990 bytes and now sends 800000"},
		{"a range that was not asked for", func(h *hubtest.Server) { h.WrongRange, h.Cut = true, []int{1000} }, "pytorch_model.bin", "asked for the bytes from 1000 on"},
		{"a page instead of the list", func(h *hubtest.Server) { h.Page = "<!DOCTYPE html><html>Welcome\nto the hotel</html>" }, "pytorch_model.bin", "begins with \"<!DOCTYPE html>"},
		{"no access", func(h *hubtest.Server) { h.Status = 401 }, "pytorch_model.bin", "set HF_TOKEN"},
		{"no such model", func(h *hubtest.Server) { h.Status = 404 }, "pytorch_model.bin", "has no such model"},
		{"a server out of order", func(h *hubtest.Server) { h.Status = 503 }, "pytorch_model.bin", "503 Service Unavailable (3 tries)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := serve(t, map[string]string{c.files: model[c.files], "x.pth": "weights"})
			c.lie(h)
			client := clientOf(t, h)
			_, err := client.Pull(t.Context(), "org/model", Main, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("error %v, want one line with %q", err, c.want)
			}
			blobs, _ := filepath.Glob(filepath.Join(client.folder("org/model"), "blobs", "*"))
			for _, blob := range blobs {
				if !strings.HasSuffix(blob, ".incomplete") && filepath.Base(blob) != hubtest.ETag("x.pth", "weights") {
					t.Errorf("left %s", blob)
				}
			}
			if strings.Contains(c.want, "digest") && len(unfinished(t, client)) > 0 {
				t.Error("wrong bytes are left, from which a later pull would continue")
			}
			if _, err := client.Find("org/model", Main); !errors.Is(err, ErrNotCached) {
				t.Errorf("a model is found (%v)", err)
			}
		})
	}
}

func TestFileNamesOfAServerLeadNowhereElse(t *testing.T) {
	for _, name := range []string{"../../escape.json", "/etc/passwd", "a/../../b", `..\x`, ".."} {
		h := serve(t, map[string]string{name: "x", "model.safetensors": "y"})
		if _, err := clientOf(t, h).Pull(t.Context(), "org/model", Main, nil); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the server names a file %q", name)) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestACancelledPullKeepsWhatCame(t *testing.T) {
	h := serve(t, map[string]string{"pytorch_model.bin": model["pytorch_model.bin"]})
	h.Cut, h.Stall = []int{300_000}, 200*time.Millisecond
	c := clientOf(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.Pull(ctx, "org/model", Main, func(p Progress) {
		if p.Done >= 300_000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	left := unfinished(t, c)
	if len(left) != 1 {
		t.Fatal("the bytes received are gone")
	}
	if raw, _ := os.ReadFile(left[0]); len(raw) != 300_000 || string(raw) != model["pytorch_model.bin"][:300_000] {
		t.Errorf("kept %d bytes", len(raw))
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	h := serve(t, map[string]string{"pytorch_model.bin": model["pytorch_model.bin"]})
	h.Cut, h.Stall = []int{300_000}, time.Second
	c := clientOf(t, h)
	c.Stall, c.Tries = 100*time.Millisecond, 1
	_, err := c.Pull(t.Context(), "org/model", Main, nil)
	if err == nil || !strings.Contains(err.Error(), "sent nothing for 100ms") {
		t.Errorf("error %v", err)
	}
}

func TestNothingIsFetchedOffline(t *testing.T) {
	h := serve(t, model)
	c := clientOf(t, h)
	c.Offline = true
	_, err := c.Pull(t.Context(), "org/model", Main, nil)
	if err == nil || !strings.Contains(err.Error(), "HF_HUB_OFFLINE") || !strings.Contains(err.Error(), c.Cache) || h.Calls > 0 {
		t.Errorf("error %v after %d calls", err, h.Calls)
	}
}

func TestABlobThatHasChangedIsDownloadedAgain(t *testing.T) {
	h := serve(t, model)
	c := clientOf(t, h)
	folder, err := c.Pull(t.Context(), "org/model", Main, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.json", "model.safetensors"} {
		path := filepath.Join(folder, name)
		flipped := []byte(model[name])
		flipped[len(flipped)/2] ^= 1
		if err := os.WriteFile(path, flipped, 0o600); err != nil { // through the link: the size stays
			t.Fatal(err)
		}
		if _, err := c.Pull(t.Context(), "org/model", Main, nil); err != nil {
			t.Fatal(err)
		}
		if contents(t, folder)[name] != model[name] {
			t.Errorf("%s keeps its flipped bit", name)
		}
	}
}

func TestADownloadIsNotWrittenThroughALink(t *testing.T) {
	h := serve(t, model)
	c := clientOf(t, h)
	blobs := filepath.Join(c.folder("org/model"), "blobs")
	other := filepath.Join(t.TempDir(), "other")
	link := filepath.Join(blobs, hubtest.ETag("config.json", model["config.json"])+".incomplete")
	if err := errors.Join(os.MkdirAll(blobs, 0o700), os.Symlink(other, link)); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"does not exist", "exists"} {
		_, err := c.Pull(t.Context(), "org/model", Main, nil)
		if err == nil || !strings.Contains(err.Error(), "is a link or a device: delete it") {
			t.Errorf("a link to a file that %s: %v", state, err)
		}
		if text, err := os.ReadFile(other); err == nil && string(text) != "theirs" {
			t.Errorf("the file behind the link holds %q", text)
		}
		if err := os.WriteFile(other, []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
