package checkpoint

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// indexSuffix is how the name of a sharded checkpoint's index ends.
const indexSuffix = ".index.json"

// hubFiles are the names of weights in a hub folder, the preferred first.
var hubFiles = []string{
	"model.safetensors",
	"model.safetensors" + indexSuffix,
	"pytorch_model.bin",
	"pytorch_model.bin" + indexSuffix,
}

// weightsFile finds a folder's weights: one of hubFiles, else the only .pth.
func weightsFile(folder string) (string, error) {
	for _, name := range hubFiles {
		path := filepath.Join(folder, name)
		if _, err := os.Lstat(path); err == nil {
			return path, nil
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", fmt.Errorf("look for weights: %w", err)
	}
	var others []string
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == ".pth" {
			others = append(others, entry.Name())
		}
	}
	switch len(others) {
	case 0:
		return "", fmt.Errorf("no weights in %s: none of %s, *.pth", folder, strings.Join(hubFiles, ", "))
	case 1:
		return filepath.Join(folder, others[0]), nil
	}
	return "", fmt.Errorf("%d .pth files in %s: name one of them, such as %s", len(others), folder, others[0])
}

// addShards adds the tensors of all files that an index names. A tensor that comes in two shards is taken from
// the one that the index names.
func (c *Checkpoint) addShards(index string) error {
	where, err := readIndex(index)
	if err != nil {
		return fmt.Errorf("read index %s: %w", index, err)
	}
	shards := slices.Compact(slices.Sorted(maps.Values(where)))
	for _, shard := range shards {
		tensors, err := c.read(filepath.Join(filepath.Dir(index), shard))
		if err != nil {
			return err
		}
		for _, t := range tensors {
			named, isNamed := where[t.Name]
			if isNamed && named != shard {
				continue
			}
			if !isNamed && c.Has(t.Name) {
				return fmt.Errorf("read checkpoint %s: tensor %q comes in two shards and is not in the index", index, t.Name)
			}
			c.tensors[t.Name] = t
		}
	}
	for _, name := range slices.Sorted(maps.Keys(where)) {
		if !c.Has(name) {
			return fmt.Errorf("read checkpoint %s: tensor %q is not in %s, where the index has it", index, name, where[name])
		}
	}
	return nil
}

// readIndex returns the file of each tensor. Files must lie beside the index.
func readIndex(path string) (map[string]string, error) {
	const most = 64 << 20 // bytes
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%d bytes are too many (at most %d)", info.Size(), most)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, err
	}
	if len(index.WeightMap) == 0 {
		return nil, fmt.Errorf("no weight_map")
	}
	for _, name := range slices.Sorted(maps.Keys(index.WeightMap)) {
		file := index.WeightMap[name]
		if !filepath.IsLocal(file) || strings.ContainsAny(file, `/\`) || file == "." {
			return nil, fmt.Errorf("tensor %q: file %q does not lie beside the index", name, file)
		}
	}
	return index.WeightMap, nil
}
