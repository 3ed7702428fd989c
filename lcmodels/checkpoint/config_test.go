package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigMayHoldWhatJSONCannot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	save(t, path, map[string]float32{"w": 1})
	c := open(t, path)
	if _, err := c.Config(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
	text := `{"dt_limit": [0.0, Infinity], "low": -Infinity, "what": NaN, "note": "say \"Infinity\" or NaN"}`
	write(t, filepath.Join(filepath.Dir(path), "config.json"), text)
	data, err := c.Config()
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		DtLimit []Number `json:"dt_limit"`
		Low     Number
		What    Number
		Note    string
	}
	if err := ParseConfig(data, &config); err != nil {
		t.Fatal(err)
	}
	if config.DtLimit[0] != 0 || config.DtLimit[1] <= 1e308 || config.Low >= -1e308 || config.What == config.What {
		t.Errorf("read %v", config)
	}
	if want := `say "Infinity" or NaN`; config.Note != want {
		t.Errorf("a string was changed: %q", config.Note)
	}
	if err := ParseConfig([]byte(`{"a": Infinite}`), &struct{}{}); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

// Valid JSON must come out of valid JSON unchanged.
func FuzzParseConfig(f *testing.F) {
	for _, seed := range []string{`{"a": [0, Infinity]}`, `"\\\"NaN"`, `-Infinity`, `{"NaN": NaN}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if json.Valid(data) && !bytes.Equal(quoteNonFinite(data), data) {
			t.Errorf("changes %q to %q", data, quoteNonFinite(data))
		}
		var v any
		ParseConfig(data, &v)
	})
}
