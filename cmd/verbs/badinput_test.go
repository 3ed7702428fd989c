package verbs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"longseq/cmd/verbs/session"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// maxMemory is the limit of what a refused input takes, in bytes.
const maxMemory = 200 << 20

// goodPlan is a plan of the tiny models, to which mistakes are added.
const goodPlan = "models: [llama]\ntasks: [recall]\nsamples: 8\n"

// badFiles are the files that the bad inputs name, by their content.
var badFiles = map[string]string{
	"nested.yaml":         strings.Repeat("[", 400_000),
	"entries.yaml":        strings.Repeat("- ", 200_000) + "x",
	"fraction.yaml":       goodPlan + "lengths: [64.9]\n",
	"huge.yaml":           goodPlan + "lengths: [4611686018427387904]\n",
	"long.yaml":           goodPlan + "lengths: [1e9]\n",
	"distance.yaml":       goodPlan + "distances: [4611686018427387904]\n",
	"batch.yaml":          "models: [llama]\ntasks: [recall]\nlengths: [64]\nsamples: 1e9\nbatch: 1e9\n",
	"binary.yaml":         "models: !!binary x\ntasks: [recall]\nlengths: [64]\nsamples: 1\n",
	"control.yaml":        "models: [\"\\e[31m\"]\ntasks: [recall]\nlengths: [64]\nsamples: 1\n",
	"good.yaml":           goodPlan + "lengths: [64]\n",
	"short.yaml":          goodPlan + "lengths: [3]\n",
	"empty":               "",
	"null.json":           "null",
	"ids.json":            "[[1, 999]]",
	"negative.json":       "[[1, -1]]",
	"floats.json":         "[[1.5]]",
	"nested.json":         strings.Repeat("[", 400_000),
	"texts.json":          `["a"]`,
	"control.json":        "[\"\x1b[31m\"]",
	"tok/vocabulary.json": `{"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"type": "WordLevel", "vocab": {"nobody": 0, "once": 1}, "unk_token": "nobody"}}`,
	"bad.ipynb":           `{"nbformat": 4, "cells": [{"cell_type": "wizard"}]}`,
	"nested.ipynb":        `{"nbformat": 4, "metadata": ` + strings.Repeat("[", 400_000),
	"connect.json":        `{"transport": "tcp", "ip": "127.0.0.1", "shell_port": 1e9}`,
	"vt.jsonl":            "\x00\x00\x00",
	"long.jsonl":          `{"outputs": ["` + strings.Repeat("a", 1<<20) + `"], "pred": 1}`,
	"model/config.json": `{"architectures": ["\u001b[31m"], "model_type": "` + strings.Repeat("x", 10_000) +
		`"}`,
	"model/model.safetensors": "\xff\xff\xff\xff\xff\xff\xff\x7f",
}

// badCalls are calls that end with a status and one line. What they name is in badFiles, or zero, sparse and pipe: a
// link to /dev/zero, an empty file of 5 GB and a pipe without a writer.
var badCalls = func() (calls []badCall) {
	add := func(status int, lines ...string) {
		for _, line := range lines {
			calls = append(calls, badCall{status, strings.Fields(line)})
		}
	}
	for _, file := range []string{"zero", "sparse", "pipe", "empty", ".", "missing"} {
		add(1, "sweep "+file, "logits model --out l --tokens-file "+file, "generate model --max-new-tokens 1 --tokens-file "+file,
			"tokenize tok/vocabulary.json --texts-file "+file, "tokenize "+file+" --texts-file texts.json", "notebook run "+file, "notebook lint "+file,
			"kernel run "+file, "tasks --task vt --length 1024 --out t --tokenizer "+file, "tasks --task niah_single_2 --length 1024 --out t --corpus "+file,
			"score --task vt "+file, "logits "+file+" --out l --tokens-file ids.json", "train llama --steps 1 --out m --corpus "+file)
	}
	for _, plan := range []string{"nested", "entries", "fraction", "huge", "long", "distance", "batch", "binary", "control", "short"} {
		add(1, "sweep "+plan+".yaml --models tiny", "sweep "+plan+".yaml --models tiny --dry-run")
	}
	add(1, "sweep good.yaml --models missing", "sweep good.yaml --models tiny --data missing")
	add(2, "sweep good.yaml --models tiny --workers 1000000000", "sweep good.yaml --models tiny --chunk 9223372036854775807",
		"sweep good.yaml --models tiny --chunk 1073741824", "sweep good.yaml --shard 9/2", "logits model --out l --tokens-file ids.json --chunk 9223372036854775807",
		"generate model x --max-new-tokens 9223372036854775807", "train llama --parallel 1000000000 --out m")
	const task = "tasks --length 4096 --out t --task "
	add(2, task+"vt --chains 100000000", task+"vt --hops 1000000000", task+"cwe --common-repeats 100000000", task+"cwe --uncommon-repeats 100000000",
		task+"cwe --examples 100000000", task+"cwe --common 100000000", task+"fwe --word-length 1000000000", task+"fwe --alpha 1.0000001",
		task+"fwe --alpha Inf", task+"niah_single_1 --keys 1000000000", task+"niah_single_1 --values 1000000000", task+"niah_single_1 --queries 1000000000",
		task+"vt --budget 9223372036854775807", task+"vt --workers 1000000000", "tasks --all --length 9223372036854775807 --out t",
		"tasks --task vt --length 1073741824 --out t", "tasks --task vt --length 64.9 --out t", task+"vt --samples 1e9", task+"vt --depth NaN")
	add(1, task+"fwe --word-length 1", "tasks --task vt --length 40 --out a/b/c/o", "tasks --task niah_single_1 --length 130 --out d/e/f/o")
	add(1, "tokenize tok/vocabulary.json --decode --texts-file ids.json", "tokenize tok/vocabulary.json --decode --texts-file negative.json",
		"tokenize tok/vocabulary.json --decode --texts-file floats.json", "tokenize tok/vocabulary.json --decode --texts-file nested.json",
		"tokenize tok/vocabulary.json --texts-file control.json", "tokenize tok/vocabulary.json --texts-file null.json", "logits model --out l --tokens-file texts.json",
		"logits model --out l --tokens-file ids.json", "generate model --max-new-tokens 1 --tokens-file ids.json", "notebook run bad.ipynb",
		"notebook run nested.ipynb", "notebook lint nested.ipynb", "kernel run connect.json", "kernel run ids.json", "score vt.jsonl", "score --task vt long.jsonl",
		"score --tables 4096/vt.jsonl", "export . --csv e", "figure .", "export missing --csv e", "figure missing")
	add(3, "sweep --status good.yaml --out missing")
	return calls
}()

type badCall struct {
	status int
	args   []string
}

func TestABadInputIsOneLineAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	for name, text := range badFiles {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	tiny, err := filepath.Abs(filepath.Join("..", "..", "lcmodels", "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	sparse := filepath.Join(dir, "sparse")
	if err := errors.Join(os.Symlink("/dev/zero", filepath.Join(dir, "zero")), syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600),
		os.WriteFile(sparse, nil, 0o600), os.Truncate(sparse, 5<<30), os.Symlink(tiny, filepath.Join(dir, "tiny"))); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Join(cache, "longseq", "pjrt"))
	t.Run("calls", func(t *testing.T) {
		for _, call := range badCalls {
			t.Run(strings.Join(call.args, " "), func(t *testing.T) {
				t.Parallel()
				if _, err := call.run(dir); err != nil {
					t.Error(err)
				}
			})
		}
	})
	after := tree(t, dir)
	for _, path := range after {
		if !slices.Contains(before, path) {
			t.Errorf("a call left %s", path)
		}
	}
	t.Logf("%d bad inputs tried", len(badCalls))
}

// run runs the call in a folder, with further settings of the environment. It returns what is on standard error, or
// what is wrong with it.
func (c badCall) run(dir string, env ...string) (line string, wrong error) {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, "longseq", c.args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "HOME="+dir, "HF_HUB_OFFLINE=1", "HF_HUB_CACHE="+filepath.Join(dir, "hub")), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	line = stderr.String()
	switch {
	case ctx.Err() != nil:
		return line, fmt.Errorf("it ran for 30 s: %.300q", line)
	case !errors.As(err, &exit) || exit.ExitCode() != c.status:
		return line, fmt.Errorf("it ended with %v, want status %d: %.300q", err, c.status, line)
	case strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "longseq: "):
		return line, fmt.Errorf("standard error is not one line: %.300q", line)
	case strings.ContainsAny(line, "\x1b\x00\x7f") || len(line) > 4*session.MaxLine:
		return line, fmt.Errorf("%d bytes, or control characters, reach the terminal: %.300q", len(line), line)
	case strings.Contains(line, "mistake in this program"):
		return line, fmt.Errorf("it is a panic: %.300q", line)
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && usage.Maxrss<<10 > maxMemory {
		return line, fmt.Errorf("it took %d MB", usage.Maxrss>>10)
	}
	return line, nil
}

// tree returns the paths below a folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestAPanicIsOneLineThatNamesAReport(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	root := session.Group("longseq", "", &cobra.Command{Use: "break", RunE: func(*cobra.Command, []string) error {
		panic(fmt.Errorf("several\nlines of \x1b[31mtext: %w", context.Canceled))
	}})
	root.SilenceErrors, root.SilenceUsage = true, true
	var stderr strings.Builder
	if status := execute(t.Context(), root, []string{"break"}, &stderr); status != statusFailed {
		t.Errorf("status %d, want %d", status, statusFailed)
	}
	line := stderr.String()
	_, report, ok := strings.Cut(strings.TrimSpace(line), "the report is in ")
	if !ok || strings.Count(line, "\n") != 1 || strings.Contains(line, "\x1b") {
		t.Fatalf("got %q", line)
	}
	text, err := os.ReadFile(report)
	if err != nil || !strings.Contains(string(text), "badinput_test.go") {
		t.Errorf("the report is %q, %v", text, err)
	}
}

func TestAServerCannotWriteToTheTerminal(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	const list = `{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"rfilename": "model.safetensors"}]}`
	answers := map[string]string{
		// The bytes after an answer are logged by net/http.
		http.MethodGet:  fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sunasked \x1b[31m", len(list), list),
		http.MethodHead: "HTTP/1.1 401 \x1b[31mno\a\r\nContent-Length: 0\r\n\r\n",
	}
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewReader(c); ; {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					time.Sleep(50 * time.Millisecond) // so that what came unasked is seen first
					io.WriteString(c, answers[r.Method])
				}
			}()
		}
	}()
	dir := t.TempDir()
	t.Setenv("HF_ENDPOINT", "http://"+server.Addr().String())
	call := badCall{1, []string{"models", "pull", "org/model"}}
	line, err := call.run(dir, "HF_HUB_OFFLINE=0")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(line, `401 \x1b[31mno\x07`) {
		t.Errorf("the server's reason is not escaped: %q", line)
	}
}
