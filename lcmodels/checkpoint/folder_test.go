package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// save writes a safetensors file of one-value tensors, each holding the number given.
func save(t *testing.T, path string, values map[string]float32) {
	t.Helper()
	var tensors []Tensor
	for name, v := range values {
		tensor, err := NewFloat32(name, []int{1}, []float32{v})
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, tensor)
	}
	if err := WriteSafetensors(path, tensors, nil); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func value(t *testing.T, c *Checkpoint, name string) float32 {
	t.Helper()
	v, err := c.Float32(name)
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

func TestAFolderPrefersWholeSafetensors(t *testing.T) {
	dir := t.TempDir()
	order := []string{"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "rwkv.pth"}
	save(t, filepath.Join(dir, "shard.safetensors"), map[string]float32{"w": -1})
	for i, name := range order {
		path := filepath.Join(dir, name)
		if filepath.Ext(name) == ".json" {
			shard := fmt.Sprintf("shard-%d.bin", i)
			write(t, path, fmt.Sprintf(`{"weight_map": {"w": %q}}`, shard))
			path = filepath.Join(dir, shard)
		}
		save(t, path, map[string]float32{"w": float32(i)}) // content decides, not the ending
	}
	for i, name := range order {
		if got := value(t, open(t, dir), "w"); got != float32(i) {
			t.Errorf("%s is not taken first: w is %v", name, got)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, dir, dir, "no weights")
}

func TestFoldersThatCannotBeReadSayWhy(t *testing.T) {
	t.Run("two .pth files", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "a.pth"), "")
		write(t, filepath.Join(dir, "b.pth"), "")
		refused(t, dir, "2 .pth files", "a.pth")
	})
	t.Run("a shard is missing", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "model.safetensors.index.json"), `{"weight_map": {"w": "model-00001-of-00001.safetensors"}}`)
		refused(t, dir, "model-00001-of-00001.safetensors", "no such file")
	})
	t.Run("a shard lacks a tensor", func(t *testing.T) {
		dir := t.TempDir()
		save(t, filepath.Join(dir, "a.safetensors"), map[string]float32{"w": 1})
		write(t, filepath.Join(dir, "model.safetensors.index.json"), `{"weight_map": {"w": "a.safetensors", "v": "a.safetensors"}}`)
		refused(t, dir, `tensor "v" is not in a.safetensors`)
	})
	t.Run("a shard is cut off", func(t *testing.T) {
		dir := t.TempDir()
		save(t, filepath.Join(dir, "a.safetensors"), map[string]float32{"w": 1})
		if err := os.Truncate(filepath.Join(dir, "a.safetensors"), 64); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "model.safetensors.index.json"), `{"weight_map": {"w": "a.safetensors"}}`)
		refused(t, dir, "a.safetensors")
	})
	t.Run("links in a circle", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "model.safetensors")
		if err := os.Symlink(path, path); err != nil {
			t.Skip(err)
		}
		refused(t, dir, "model.safetensors", "too many levels of symbolic links")
	})
	t.Run("a folder where a file should be", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "model.safetensors"), 0o755); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, "not a regular file")
	})
	t.Run("nothing there", func(t *testing.T) {
		refused(t, filepath.Join(t.TempDir(), "none"), "no such file")
	})
}

func TestTheIndexDecidesBetweenShards(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "a.safetensors"), map[string]float32{"w": 1, "v": 1})
	save(t, filepath.Join(dir, "b.safetensors"), map[string]float32{"w": 2, "extra": 2})
	write(t, filepath.Join(dir, "model.safetensors.index.json"), `{"weight_map": {"v": "a.safetensors", "w": "b.safetensors"}}`)
	c := open(t, dir)
	if got := value(t, c, "w"); got != 2 {
		t.Errorf("w is %v, the index has it in b", got)
	}
	if want := []string{"extra", "v", "w"}; !slices.Equal(c.Names(), want) {
		t.Errorf("names %v, want %v: a tensor that the index does not list is kept", c.Names(), want)
	}
	save(t, filepath.Join(dir, "a.safetensors"), map[string]float32{"v": 1, "extra": 1})
	refused(t, dir, `tensor "extra" is in two shards`)
}
