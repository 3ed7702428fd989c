package train

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/internal/durable"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
)

// snapshotFile holds the three vectors of an unfinished training run.
const snapshotFile = "training.safetensors"

// vectorNames of the snapshot.
var vectorNames = [3]string{"parameters", "first_moment", "second_moment"}

// Keys of the snapshot's metadata: a Snapshot as JSON, and the SHA-256 of it and of the vectors.
const (
	snapshotKey = "training"
	checksumKey = "sha256"
)

// ErrDamaged is wrapped by the error of a snapshot whose content is not what was written.
var ErrDamaged = errors.New("the snapshot is damaged")

// A Snapshot is the state of a training run after a number of steps.
type Snapshot struct {
	Recipe Recipe `json:"recipe"`
	// Step is the number of finished steps.
	Step int `json:"step"`
	// Config is the architecture's configuration.
	Config json.RawMessage `json:"config"`
	// Note is what the caller of Trainer.Snapshot keeps with the run.
	Note json.RawMessage `json:"note,omitempty"`

	path    string
	vectors [3][]float32
	state   []float32 // that the next step begins with; empty where none is passed on
}

// stateName is the name of the passed state in a snapshot.
const stateName = "state"

// Snapshot writes the state of the run into dir, whole or not at all, with a checksum and the caller's note. A run that
// is resumed from it computes the same bits as one that was not interrupted. The error is *Diverged if a value is not
// finite: such a run is not worth keeping.
func (t *Trainer) Snapshot(dir string, note json.RawMessage) error {
	config, err := lcmodels.FormatConfig(t.Architecture)
	if err != nil {
		return err
	}
	s := Snapshot{Recipe: t.Recipe, Step: t.Step, Config: config, Note: note, path: filepath.Join(dir, snapshotFile)}
	for i, v := range t.vectors {
		if s.vectors[i], err = tensors.CopyFlatData[float32](v); err != nil {
			return fmt.Errorf("write training snapshot: %w", err)
		}
		if !finite(s.vectors[i]) {
			return t.diverged("a parameter or moment")
		}
	}
	if t.state != nil {
		if s.state, err = tensors.CopyFlatData[float32](t.state); err != nil {
			return fmt.Errorf("write training snapshot: %w", err)
		}
		if !finite(s.state) {
			return t.diverged("a state")
		}
	}
	if err := durable.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write training snapshot: %w", err)
	}
	return s.write()
}

func (s Snapshot) write() error {
	record, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write training snapshot: %w", err)
	}
	var all []checkpoint.Tensor
	for i, values := range s.vectors {
		tensor, err := checkpoint.NewFloat32(vectorNames[i], []int{len(values)}, values)
		if err != nil {
			return fmt.Errorf("write training snapshot: %w", err)
		}
		all = append(all, tensor)
	}
	if len(s.state) > 0 {
		tensor, err := checkpoint.NewFloat32(stateName, []int{len(s.state)}, s.state)
		if err != nil {
			return fmt.Errorf("write training snapshot: %w", err)
		}
		all = append(all, tensor)
	}
	return checkpoint.WriteSafetensors(s.path, all, map[string]string{snapshotKey: string(record), checksumKey: checksum(string(record), all)})
}

// checksum is the SHA-256 of a snapshot's record and of its vectors.
func checksum(record string, vectors []checkpoint.Tensor) string {
	h := sha256.New()
	part := func(b []byte) {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	part([]byte(record))
	for _, v := range vectors {
		part(v.Bytes())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ReadSnapshot reads the snapshot in dir and compares its checksum. The error wraps fs.ErrNotExist if there is none,
// and ErrDamaged if it is not what was written.
func ReadSnapshot(dir string) (Snapshot, error) {
	path := filepath.Join(dir, snapshotFile)
	if _, err := os.Stat(path); err != nil {
		return Snapshot{}, fmt.Errorf("read training snapshot: %w", err)
	}
	damaged := func(why error) (Snapshot, error) {
		return Snapshot{}, fmt.Errorf("read training snapshot %s: %w: %w", path, ErrDamaged, why)
	}
	c, err := checkpoint.Open(path)
	if err != nil {
		return damaged(err)
	}
	defer c.Close()
	metadata, err := checkpoint.ReadMetadata(path)
	if err != nil {
		return damaged(err)
	}
	s := Snapshot{path: path}
	var all []checkpoint.Tensor
	for i, name := range vectorNames {
		t, err := c.Tensor(name)
		if err == nil && (t.DType != checkpoint.F32 || len(t.Shape) != 1) {
			err = fmt.Errorf("%s is %s of shape %v", name, t.DType, t.Shape)
		}
		if err != nil {
			return damaged(err)
		}
		all, s.vectors[i] = append(all, t), t.Float32()
	}
	if t, err := c.Tensor(stateName); err == nil {
		all, s.state = append(all, t), t.Float32()
	}
	switch metadata[checksumKey] {
	case "":
		return damaged(errors.New("it has no checksum"))
	case checksum(metadata[snapshotKey], all):
	default:
		return damaged(errors.New("its checksum is not that of its content"))
	}
	if err := json.Unmarshal([]byte(metadata[snapshotKey]), &s); err != nil {
		return damaged(err)
	}
	return s, nil
}

// Resume continues the run whose snapshot is in dir. A snapshot of another architecture or recipe is an error.
func Resume(b *backend.Backend, a lcmodels.Architecture, r Recipe, dir string) (*Trainer, error) {
	s, err := ReadSnapshot(dir)
	if err != nil {
		return nil, err
	}
	config, err := lcmodels.FormatConfig(a)
	if err != nil {
		return nil, err
	}
	if !sameJSON(s.Config, config) || s.Recipe != r {
		return nil, fmt.Errorf("resume training: %s belongs to another configuration or recipe: delete it to start again", s.path)
	}
	for i, name := range vectorNames {
		if int64(len(s.vectors[i])) != lcmodels.Params(a) {
			return nil, fmt.Errorf("resume training: %s holds %d %s, %s has %d", s.path, len(s.vectors[i]), name, a.Name(), lcmodels.Params(a))
		}
	}
	t, err := newTrainer(b, a, r, s.vectors, s.Step)
	if err != nil || !r.passes() || s.Step == 0 {
		return t, err
	}
	if len(s.state) != t.stateSize() {
		return nil, fmt.Errorf("resume training: %s holds a state of %d values, %s has %d", s.path, len(s.state), a.Name(), t.stateSize())
	}
	t.state = tensors.FromFlatDataAndDimensions(s.state, len(s.state))
	return t, nil
}

// finite reports whether no value is NaN or infinite.
func finite(values []float32) bool {
	for _, v := range values {
		if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// sameJSON reports whether two documents hold the same values.
func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}
