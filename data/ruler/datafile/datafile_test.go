package datafile

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadUnpacksAndGivesTheDigestOfTheContent(t *testing.T) {
	const content = `{"text": "a"}`
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(content))
	w.Close()
	dir := t.TempDir()
	for name, written := range map[string][]byte{"a.json": []byte(content), "a.json.gz": packed.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, written, 0o666); err != nil {
			t.Fatal(err)
		}
		got, digest, err := Read(path)
		if err != nil || string(got) != content || digest != fmt.Sprintf("%x", sha256.Sum256([]byte(content))) {
			t.Errorf("%s: %q with digest %s, error %v", name, got, digest, err)
		}
	}
	spoilt := filepath.Join(dir, "spoilt.gz")
	if err := os.WriteFile(spoilt, []byte("no gzip"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(spoilt); err == nil || !strings.Contains(err.Error(), spoilt) {
		t.Errorf("error %v, want one that names the file", err)
	}
}

func TestUnmarshalJSONExplainsWhatIsWrong(t *testing.T) {
	for content, want := range map[string]string{
		`{"text": "a"}`:   "",
		`{"text": 1}`:     "number as text at byte 10: want a string",
		`[1]`:             "array at byte 1: want an object",
		`{"list": "a"}`:   "string as list at byte 12: want a list",
		`{"text": "a"} x`: "something follows the value",
		`{"text"`:         "unexpected EOF",
	} {
		var into struct {
			Text string
			List []int
		}
		err := UnmarshalJSON([]byte(content), &into)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", content, err, want)
		}
	}
}
