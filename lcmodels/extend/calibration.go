package extend

import (
	"encoding/json"
	"fmt"
	"slices"

	"longseq/internal/durable"
	"longseq/internal/input"
	"longseq/internal/nearmiss"
)

// A Calibration is a factor for each layer that was searched for one model, with where it comes from. Its file is JSON with
// these keys. Scores are mean negative log-probabilities of the right tokens in nats, so less is better.
type Calibration struct {
	Version int     `json:"longseq_calibration"`
	Scale   string  `json:"scale"` // the intervention's name
	Factors Factors `json:"factors"`
	Model   string  `json:"model"`   // its name when it was calibrated
	Weights string  `json:"weights"` // digest of its weights, which says what model it is
	// What was asked or read, its digest, how many rows of how many tokens.
	Text       string `json:"text"`
	TextDigest string `json:"text_digest"`
	Rows       int    `json:"rows"`
	Length     int    `json:"length"`
	// The search: see package calibrate.
	Steps       int     `json:"steps"`
	Seed        int64   `json:"seed"`
	Evaluations int     `json:"evaluations"`
	Seconds     float64 `json:"seconds"`
	// Scores on the rows of the search, at factors of 1 and at those found, and on as many rows that it did not see.
	Before        float64 `json:"score_before"`
	After         float64 `json:"score_after"`
	HeldOutBefore float64 `json:"held_out_before"`
	HeldOutAfter  float64 `json:"held_out_after"`
}

// CalibrationVersion is that of the file's form.
const CalibrationVersion = 1

// Scales are the interventions that can be calibrated.
var Scales = []string{DtScale, AScale, ALogScale, DecayScale}

// ReadCalibration reads a file of at most 1 MiB.
func ReadCalibration(path string) (Calibration, error) {
	const maxBytes = 1 << 20
	raw, err := input.Read(path, maxBytes)
	if err != nil {
		return Calibration{}, fmt.Errorf("read calibration: %w", err)
	}
	var c Calibration
	if err := json.Unmarshal(raw, &c); err != nil {
		return Calibration{}, fmt.Errorf("%s is no calibration: %w", path, err)
	}
	if c.Version != CalibrationVersion {
		return Calibration{}, fmt.Errorf("%s is no calibration that this version reads: longseq_calibration is %d, want %d", path, c.Version, CalibrationVersion)
	}
	if _, err := c.Extension(); err != nil {
		return Calibration{}, fmt.Errorf("calibration %s: %w", path, err)
	}
	return c, nil
}

// Extension is what the calibration found.
func (c Calibration) Extension() (Extension, error) {
	return Scaled(c.Scale, c.Factors)
}

// Scaled is the extension that multiplies by factors what the intervention of that name scales.
func Scaled(scale string, factors Factors) (Extension, error) {
	var e Extension
	switch {
	case !slices.Contains(Scales, scale):
		return e, nearmiss.Unknown("scale", scale, Scales)
	case len(factors) == 0:
		return e, fmt.Errorf("%s has no factors", scale)
	}
	err := e.set(scale, factors.String())
	return e, err
}

// Write writes the file.
func (c Calibration) Write(path string) error {
	c.Version = CalibrationVersion
	raw, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = durable.WriteFile(path, append(raw, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write calibration: %w", err)
	}
	return nil
}

// Resolved is the extension with the factors of its file in place of the file's name. weights is the digest of the model's
// weights; a calibration of another model is an error.
func (e Extension) Resolved(weights string) (Extension, error) {
	if e.File == "" {
		return e, nil
	}
	c, err := ReadCalibration(e.File)
	if err != nil {
		return e, err
	}
	if c.Weights != weights {
		return e, fmt.Errorf("calibration %s is of another model (%s, weights %.12s): this one's weights are %.12s", e.File, c.Model, c.Weights, weights)
	}
	found, err := c.Extension()
	if err != nil {
		return e, err
	}
	e.DtScale, e.AScale, e.ALogScale, e.DecayScale, e.File = found.DtScale, found.AScale, found.ALogScale, found.DecayScale, ""
	return e, nil
}
