package checkpoint

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"longseq/internal/input"
)

// indexSuffix ends the name of a sharded checkpoint's index.
const indexSuffix = ".index.json"

// hubFiles are the names of weights in a folder of the hub, in order of preference.
var hubFiles = []string{
	"model.safetensors",
	"model.safetensors" + indexSuffix,
	"pytorch_model.bin",
	"pytorch_model.bin" + indexSuffix,
}

// weightsFile returns the path of a folder's weights: the first of hubFiles that exists, else the only .pth file.
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
	var pth []string
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == ".pth" {
			pth = append(pth, entry.Name())
		}
	}
	switch len(pth) {
	case 0:
		return "", fmt.Errorf("no weights in %s: none of %s, *.pth", folder, strings.Join(hubFiles, ", "))
	case 1:
		return filepath.Join(folder, pth[0]), nil
	}
	return "", fmt.Errorf("%d .pth files in %s: name one of them, such as %s", len(pth), folder, pth[0])
}

// addShards adds the tensors of all files that an index names. A tensor that is in two shards is read from the one
// that the index gives.
func (c *Checkpoint) addShards(index string) error {
	shardOf, err := readIndex(index)
	if err != nil {
		return fmt.Errorf("read index %s: %w", index, err)
	}
	shards := slices.Compact(slices.Sorted(maps.Values(shardOf)))
	for _, shard := range shards {
		tensors, err := c.read(filepath.Join(filepath.Dir(index), shard))
		if err != nil {
			return err
		}
		for _, t := range tensors {
			indexed, ok := shardOf[t.Name]
			if ok && indexed != shard {
				continue
			}
			if !ok && c.Has(t.Name) {
				return fmt.Errorf("read checkpoint %s: tensor %q is in two shards and not in the index", index, t.Name)
			}
			c.tensors[t.Name] = t
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shardOf)) {
		if !c.Has(name) {
			return fmt.Errorf("read checkpoint %s: tensor %q is not in %s, as the index says", index, name, shardOf[name])
		}
	}
	return nil
}

// readIndex reads an index and returns the file name of each tensor. Files must be in the folder of the index.
func readIndex(path string) (map[string]string, error) {
	const maxBytes = 64 << 20
	data, err := input.Read(path, maxBytes)
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
			return nil, fmt.Errorf("tensor %q: file %q is not in the folder of the index", name, file)
		}
	}
	return index.WeightMap, nil
}
