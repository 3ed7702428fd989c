package resident

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSourceFilesAreThoseOfGoList compares with the go command, the authority on what enters a build.
func TestSourceFilesAreThoseOfGoList(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,GoFiles,CgoFiles,CFiles,HFiles,SFiles,EmbedFiles", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath                                            string
			GoFiles, CgoFiles, CFiles, HFiles, SFiles, EmbedFiles []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		dir, ours := strings.CutPrefix(p.ImportPath, "longseq/")
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.CFiles, p.HFiles, p.SFiles, p.EmbedFiles) {
			if ours {
				want = append(want, path.Join(dir, name))
			}
		}
	}
	context, _ := buildContext()
	got, err := sourceFiles(context, root, "longseq", "longseq/study/resident")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("source files\n%q\ngo list says\n%q", got, want)
	}
	for _, name := range []string{"kernelsrc/native/kernels.c", "kernelsrc/native/simd.h", "study/resident/source.go"} {
		if !slices.Contains(got, name) {
			t.Errorf("%s is not among %d source files", name, len(got))
		}
	}
}

func TestEveryFileOfTheBuildCounts(t *testing.T) {
	files := map[string]string{
		"go.mod":           "module m\n",
		"go.sum":           "",
		"a/a.go":           "package a\n\nimport (\n\t_ \"embed\"\n\t_ \"m/b\"\n)\n\n//go:embed data\nvar data string\n",
		"a/a_test.go":      "package a\n\nimport _ \"m/c\"\n",
		"a/data/words.txt": "words",
		"b/b.go":           "package b\n\nimport \"C\"\n",
		"b/b.c":            "int b;\n",
		"b/b.h":            "extern int b;\n",
		"b/b_windows.go":   "package b\n",
		"c/c.go":           "package c\n",
	}
	digest := func(changes map[string]string) string {
		t.Helper()
		root := t.TempDir()
		all := maps.Clone(files)
		maps.Copy(all, changes)
		for name, text := range all {
			file := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		context, _ := buildContext()
		context.CgoEnabled, context.GOOS = true, "linux"
		list, err := sourceFiles(context, root, "m", "m/a")
		if err != nil {
			t.Fatal(err)
		}
		digest, err := digestFiles(root, append(list, "go.mod", "go.sum"))
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	base := digest(nil)
	for name, same := range map[string]bool{
		"go.mod": false, "go.sum": false, "a/a.go": false, "a/data/words.txt": false, "b/b.go": false, "b/b.c": false, "b/b.h": false,
		"b/new.go": false, "a/a_test.go": true, "b/b_windows.go": true, "c/c.go": true, "a/notes.md": true, "a/data/.swp": true,
	} {
		text := files[name]
		if text == "" {
			text = "package b\n"
		}
		if got := digest(map[string]string{name: text + "\n"}) == base; got != same {
			t.Errorf("a change of %s leaves the digest the same: %v, want %v", name, got, same)
		}
	}
}

func TestAProgramThatIsOlderThanItsSourceIsNotTakenForANewerOne(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "a.go")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		changed time.Time
		stale   bool
	}{{time.Now().Add(-24 * time.Hour), false}, {time.Now().Add(time.Hour), true}} {
		if err := os.Chtimes(file, c.changed, c.changed); err != nil {
			t.Fatal(err)
		}
		if got := staleness(root, []string{"a.go"}); (got != "") != c.stale {
			t.Errorf("source of %v gives %q", c.changed, got)
		}
	}
}

func BenchmarkOwnSource(b *testing.B) {
	root, err := filepath.Abs("../..")
	if err != nil {
		b.Fatal(err)
	}
	context, _ := buildContext()
	for b.Loop() {
		files, err := sourceFiles(context, root, "longseq", "longseq/study/resident")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := digestFiles(root, files); err != nil {
			b.Fatal(err)
		}
	}
}
