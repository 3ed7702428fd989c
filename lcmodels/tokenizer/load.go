package tokenizer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"longseq/internal/input"
)

// maxFile limits the size of an uncompressed tokenizer file, in bytes. Gemma's tokenizer.json has 17 MB.
const maxFile = 128 << 20

// folderFiles are the names of tokenizer files in a folder, in order of preference. Each may also end in .gz.
var folderFiles = []string{"tokenizer.json", "tokenizer.model", "rwkv_vocab_v20230424.txt"}

// ErrNone is the error that Load wraps for a folder without a tokenizer.
var ErrNone = errors.New("no tokenizer")

// Load reads a tokenizer from a file or a folder. Files may be compressed by gzip. The content of a file decides its
// format, not its name. In a folder, tokenizer_config.json may set BOS and EOS.
func Load(path string) (*Tokenizer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer: %w", err)
	}
	file := path
	if info.IsDir() {
		if file, err = findIn(path); err != nil {
			return nil, err
		}
	}
	t, err := loadFile(file)
	if err != nil {
		return nil, fmt.Errorf("load tokenizer %s: %w", file, err)
	}
	if info.IsDir() {
		if err := t.readConfig(filepath.Join(path, "tokenizer_config.json")); err != nil {
			return nil, fmt.Errorf("load tokenizer: %w", err)
		}
	}
	return t, nil
}

// findIn returns the path of the tokenizer file in a folder.
func findIn(folder string) (string, error) {
	for _, name := range folderFiles {
		for _, suffix := range []string{"", ".gz"} {
			path := filepath.Join(folder, name+suffix)
			if _, err := os.Lstat(path); err == nil {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("%w in %s: none of %s", ErrNone, folder, strings.Join(folderFiles, ", "))
}

func loadFile(path string) (*Tokenizer, error) {
	data, err := input.Read(path, maxFile)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		if data, err = io.ReadAll(io.LimitReader(z, maxFile+1)); err != nil {
			return nil, err
		}
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("has more than %d bytes", maxFile)
	}
	t, err := parse(data)
	if err != nil {
		return nil, err
	}
	t.Digest = fmt.Sprintf("%x", sha256.Sum256(data))
	return t, nil
}

// parse reads a tokenizer from the uncompressed content of a file in any of the formats.
func parse(data []byte) (*Tokenizer, error) {
	text := bytes.TrimLeft(data, " \t\r\n\ufeff")
	switch {
	case len(text) == 0:
		return nil, errors.New("is empty")
	case text[0] == '{':
		return parseJSON(text)
	case text[0] >= '0' && text[0] <= '9':
		return parseRWKV(string(text))
	case text[0] == '<' || bytes.HasPrefix(text, []byte("version https://git-lfs")):
		return nil, fmt.Errorf("is not a tokenizer: begins with %q", text[:min(len(text), 20)])
	}
	return parseSentencePiece(data)
}

// readConfig sets BOS and EOS as a tokenizer_config.json says, if there is one.
func (t *Tokenizer) readConfig(path string) error {
	const maxBytes = 16 << 20 // Llama's has some 50,000
	data, err := input.Read(path, maxBytes)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var config struct {
		AddBOS *bool       `json:"add_bos_token"`
		BOS    configToken `json:"bos_token"`
		EOS    configToken `json:"eos_token"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if id, ok := t.ids[string(config.EOS)]; ok {
		t.EOS = id
	}
	if config.AddBOS != nil {
		if id, ok := t.ids[string(config.BOS)]; ok && *config.AddBOS {
			t.BOS = id
		}
		if !*config.AddBOS {
			t.BOS = None
		}
	}
	return nil
}

// configToken is a token, in the file "text", {"content": "text"} or null.
type configToken string

func (c *configToken) UnmarshalJSON(data []byte) error {
	if data[0] == '{' {
		var token struct{ Content string }
		err := json.Unmarshal(data, &token)
		*c = configToken(token.Content)
		return err
	}
	return json.Unmarshal(data, (*string)(c))
}
