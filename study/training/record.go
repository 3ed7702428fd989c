package training

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"longseq/internal/durable"
	"longseq/internal/input"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/tokenizer"
)

// recordFile is the training record's name in a model's folder.
const recordFile = "training.json"

// A Record says how a tiny model was trained. It lies beside the weights.
type Record struct {
	Spec
	Origin
	Note   string `json:"note,omitempty"` // label in figures, where the architecture's name would mislead
	Params int64  `json:"params"`
	Step   int    `json:"step"` // reached
	// Diverged says why there are no weights: the loss or a parameter became NaN or infinite.
	Diverged string `json:"diverged,omitempty"`
	// Validation is what the trained model does on the validation split, where that was asked for.
	Validation *Validation `json:"validation,omitempty"`
	// Weights is the digest of the trained weights.
	Weights string `json:"weights,omitempty"`
	// Seconds of all steps; of the first step, which compiles; milliseconds of a step: median, and mean of the fastest
	// tenth.
	Seconds      float64 `json:"seconds"`
	FirstSeconds float64 `json:"first_step_seconds"`
	StepMedian   float64 `json:"step_ms_median"`
	StepFast     float64 `json:"step_ms_fastest_tenth"`
	// Curve has a point every [CurveSteps] steps.
	Curve  []CurvePoint `json:"curve"`
	Device string       `json:"device"`
	// Files holds the SHA-256 of every other file of the model's folder, by its name. Records of earlier versions have
	// none.
	Files map[string]string `json:"files,omitempty"`
	// Checksum is the SHA-256 of the record's JSON without spaces and without the checksum. Records of earlier
	// versions have none.
	Checksum string `json:"sha256,omitempty"`
}

// CurveSteps is how many steps a point of the training curve averages.
const CurveSteps = 20

// A CurvePoint is the mean over the steps since the one before.
type CurvePoint struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`     // nats an answer token
	Accuracy float64 `json:"accuracy"` // of answer tokens, 0 to 1
}

// stepsTo returns the step of the first point of the curve with at least the given accuracy, or 0.
func (r Record) stepsTo(accuracy float64) int {
	for _, p := range r.Curve {
		if p.Accuracy >= accuracy {
			return p.Step
		}
	}
	return 0
}

// ReadRecord reads the record of the model that was trained in dir. A record that does not have its checksum is an
// error.
func ReadRecord(dir string) (Record, error) {
	path := filepath.Join(dir, recordFile)
	const maxBytes = 16 << 20 // a record of 10,000 steps has some 30,000
	text, err := input.Read(path, maxBytes)
	if err != nil {
		return Record{}, fmt.Errorf("read training record: %w", err)
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return Record{}, fmt.Errorf("read training record %s: %w", path, err)
	}
	if r.Checksum != "" {
		if want, err := r.checksum(); err != nil || r.Checksum != want {
			return Record{}, fmt.Errorf("read training record %s: its checksum is not that of its content: it was changed", path)
		}
	}
	return r, nil
}

func (r Record) checksum() (string, error) {
	r.Checksum = ""
	text, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:]), nil
}

// write writes the record into the model's folder, with its checksum.
func (r Record) write(dir string) error {
	var err error
	if r.Checksum, err = r.checksum(); err != nil {
		return fmt.Errorf("write training record: %w", err)
	}
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("write training record: %w", err)
	}
	if err := durable.WriteFile(filepath.Join(dir, recordFile), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write training record: %w", err)
	}
	return nil
}

// modelFiles are the files of a finished model beside its record.
var modelFiles = []string{"config.json", "model.safetensors", "tokenizer.json"}

// digests returns the SHA-256 of each of the model's files in dir.
func digests(dir string) (map[string]string, error) {
	found := map[string]string{}
	for _, name := range modelFiles {
		digest, err := digestOf(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		found[name] = digest
	}
	return found, nil
}

func digestOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// check returns an error if a file in the model's folder is missing or is not the one of the record. Of a record
// of an earlier version only the weights have a digest; the other files are opened.
func (r Record) check(dir string) error {
	for _, name := range modelFiles {
		if _, err := os.Stat(filepath.Join(dir, name)); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is missing", name)
		}
	}
	if len(r.Files) == 0 {
		return r.open(dir)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		digest, err := digestOf(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if digest != r.Files[name] {
			return fmt.Errorf("%s is not the one that was written: its SHA-256 is %.12s, not %.12s as in %s", name, digest, r.Files[name], recordFile)
		}
	}
	return nil
}

// open is check of a record without the digests of files.
func (r Record) open(dir string) error {
	if _, err := lcmodels.Load(dir); err != nil {
		return err
	}
	if _, err := tokenizer.Load(dir); err != nil {
		return err
	}
	c, err := checkpoint.Open(dir)
	if err != nil {
		return err
	}
	defer c.Close()
	if digest := c.Digest(); digest != r.Weights {
		return fmt.Errorf("model.safetensors is not the one that was written: the digest of its weights is %.12s, not %.12s as in %s", digest, r.Weights, recordFile)
	}
	return nil
}
