package ruler

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// These goldens are in testdata, so that a clone of the repository checks them.
func TestCommittedGoldensAreMadeWithNothingButThePackage(t *testing.T) {
	for _, name := range []string{"niah_single_1", "niah_multikey_2", "niah_multikey_3", "vt"} {
		file, err := os.Open(filepath.Join("testdata", "HEAD-ws-"+name+"-4096-s42.jsonl.gz"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		plain, err := gzip.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(plain)
		if err != nil {
			t.Fatal(err)
		}
		task, err := TaskNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		opts := Default(task, 4096)
		opts.Samples = 2
		samples, err := Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
		if err != nil {
			t.Fatal(err)
		}
		if string(lines(samples)) != string(want) {
			t.Errorf("%s differs from RULER's", name)
		}
	}
}
