package train

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
)

// snapshotFile holds the three vectors of an unfinished training run.
const snapshotFile = "training.safetensors"

// vectorNames of the snapshot.
var vectorNames = [3]string{"parameters", "first_moment", "second_moment"}

// progressRecord is the metadata of a snapshot.
type progressRecord struct {
	Recipe Recipe          `json:"recipe"`
	Step   int             `json:"step"`
	Config json.RawMessage `json:"config"`
}

// Snapshot writes the state of the run into dir, whole or not at all. A run that is resumed from it computes the
// same bits as one that was not interrupted.
func (t *Trainer) Snapshot(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write training snapshot: %w", err)
	}
	var all []checkpoint.Tensor
	for i, v := range t.vectors {
		values, err := tensors.CopyFlatData[float32](v)
		if err != nil {
			return fmt.Errorf("write training snapshot: %w", err)
		}
		tensor, err := checkpoint.NewFloat32(vectorNames[i], []int{len(values)}, values)
		if err != nil {
			return fmt.Errorf("write training snapshot: %w", err)
		}
		all = append(all, tensor)
	}
	config, err := lcmodels.FormatConfig(t.Architecture)
	if err != nil {
		return err
	}
	record, err := json.Marshal(progressRecord{t.Recipe, t.Step, config})
	if err != nil {
		return fmt.Errorf("write training snapshot: %w", err)
	}
	path := filepath.Join(dir, snapshotFile)
	return checkpoint.WriteSafetensors(path, all, map[string]string{"training": string(record)})
}

// Resume continues the run whose snapshot is in dir. A snapshot of another architecture or recipe is an error.
func Resume(b *backend.Backend, a lcmodels.Architecture, r Recipe, dir string) (*Trainer, error) {
	path := filepath.Join(dir, snapshotFile)
	c, err := checkpoint.Open(path)
	if err != nil {
		return nil, fmt.Errorf("resume training: %w", err)
	}
	defer c.Close()
	metadata, err := checkpoint.ReadMetadata(path)
	if err != nil {
		return nil, fmt.Errorf("resume training: %w", err)
	}
	var record progressRecord
	if err := json.Unmarshal([]byte(metadata["training"]), &record); err != nil {
		return nil, fmt.Errorf("resume training: %s is not a snapshot of a training run: %w", path, err)
	}
	config, err := lcmodels.FormatConfig(a)
	if err != nil {
		return nil, err
	}
	if !sameJSON(record.Config, config) || record.Recipe != r {
		return nil, fmt.Errorf("resume training: %s belongs to another configuration or recipe: delete it to start again", path)
	}
	var vectors [3][]float32
	for i, name := range vectorNames {
		if vectors[i], err = c.Float32(name); err != nil {
			return nil, fmt.Errorf("resume training: %w", err)
		}
		if int64(len(vectors[i])) != lcmodels.Params(a) {
			return nil, fmt.Errorf("resume training: %s holds %d %s, %s has %d", path, len(vectors[i]), name, a.Name(), lcmodels.Params(a))
		}
	}
	return newTrainer(b, a, r, vectors, record.Step)
}

// HasSnapshot reports whether there is a snapshot in dir.
func HasSnapshot(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, snapshotFile))
	return err == nil
}

// RemoveSnapshot deletes the snapshot in dir.
func RemoveSnapshot(dir string) error {
	if err := os.Remove(filepath.Join(dir, snapshotFile)); err != nil {
		return fmt.Errorf("remove training snapshot: %w", err)
	}
	return nil
}

// sameJSON reports whether two documents hold the same values.
func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}
