package ruler

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"longseq/data/ruler/texts"
	"longseq/internal/shared"
	"longseq/lcmodels/tokenizer"
)

// golden is an entry of the goldens' manifest.
type golden struct {
	Name, Version, Tokenizer, Task, Template, Wonderwords, Status, File, SHA256 string
	Length, Samples, Bytes                                                      int
	Seed                                                                        int64
	Extra                                                                       []string
	Argv                                                                        string
	Searches                                                                    []struct {
		Probes [][2]int
		Size   int
	}
}

func readGoldens(t testing.TB) []golden {
	t.Helper()
	text, err := os.ReadFile("testdata/MANIFEST.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Entries []golden }
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Entries
}

// options returns what the golden's command line asked RULER for.
func (g golden) options(t testing.TB) Options {
	t.Helper()
	task, err := TaskNamed(g.Task)
	if err != nil {
		t.Fatal(err)
	}
	opts := Default(task, g.Length)
	opts.Version = Version(strings.ToLower(g.Version))
	opts.Samples, opts.Seed, opts.Template, opts.Wonderwords = g.Samples, g.Seed, g.Template, g.Wonderwords
	argv := strings.Fields(g.Argv)
	for i, argument := range argv {
		switch argument {
		case "--remove_newline_tab":
			opts.RemoveNewlineTab = true
		case "--prepare_for_ns":
			opts.PrepareForNS = true
		case "--chunk_idx":
			fmt.Sscan(argv[i+1], &opts.ChunkIndex)
		case "--chunk_amount":
			fmt.Sscan(argv[i+1], &opts.ChunkAmount)
		case "--num_samples":
			fmt.Sscan(argv[i+1], &opts.Samples)
		}
	}
	return opts
}

// read returns the golden's lines, nil where it is kept as a digest only.
func (g golden) read(t testing.TB) []byte {
	t.Helper()
	if g.File == "" {
		return nil
	}
	path := filepath.Join("testdata", g.File)
	if _, err := os.Stat(path); err != nil {
		path = shared.Dir(t, "fixtures/ruler/"+g.File)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

var (
	neoxOnce sync.Once
	neox     *tokenizer.Tokenizer
	neoxErr  error
)

func loadNeoX(path string) (*tokenizer.Tokenizer, error) {
	neoxOnce.Do(func() { neox, neoxErr = tokenizer.Load(path) })
	return neox, neoxErr
}

func tokenizerOf(t testing.TB, name string) Tokenizer {
	t.Helper()
	if name == "ws" {
		return WhiteSpace{}
	}
	loaded, err := loadNeoX("../../lcmodels/tokenizer/testdata/20B_tokenizer.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// sources returns the built-in texts where RULER's prompt holds nothing else, or RULER's own texts, which are not
// ours to pass on.
func (g golden) sources(t testing.TB) *texts.Sources {
	t.Helper()
	task, err := TaskNamed(g.Task)
	if err != nil {
		t.Fatal(err)
	}
	if needs := Needs(task); !needs.Essay && !needs.SQuAD && !needs.HotpotQA {
		return builtInSources(t)
	}
	return openShared(t)
}

func openShared(t testing.TB) *texts.Sources {
	t.Helper()
	sources, err := texts.Open(shared.Dir(t, "data"), "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func lines(samples []Sample) []byte {
	var b []byte
	for _, s := range samples {
		b = s.AppendJSON(b)
	}
	return b
}

func TestSamplesAreRULERsByteForByte(t *testing.T) {
	goldens := readGoldens(t)
	equal := map[string]int{}
	for _, g := range goldens {
		t.Run(g.Name, func(t *testing.T) {
			samples, err := Generate(context.Background(), g.options(t), tokenizerOf(t, g.Tokenizer), g.sources(t))
			if g.Status == "timeout" {
				var stuck *StuckError
				if !errors.As(err, &stuck) || !strings.Contains(err.Error(), g.Task) {
					t.Fatalf("error %v, want one that says that RULER never ends and names the task", err)
				}
				equal[g.Version]++
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := lines(samples)
			if sum := fmt.Sprintf("%x", sha256.Sum256(got)); sum != g.SHA256 {
				describe(t, g, got)
				return
			}
			equal[g.Version]++
		})
	}
	t.Logf("equal: %v of %d", equal, len(goldens))
}

// describe says where the lines differ first.
func describe(t *testing.T, g golden, got []byte) {
	t.Helper()
	want := g.read(t)
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	part := func(b []byte) []byte { return b[max(0, min(at-60, len(b))):min(len(b), at+100)] }
	t.Errorf("byte %d of %d (want %d)\n got %s\nwant %s", at, len(got), g.Bytes, part(got), part(want))
}
