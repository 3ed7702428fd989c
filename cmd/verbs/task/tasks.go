package task

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data"
	"longseq/data/ruler"
	"longseq/data/ruler/samplefile"
	"longseq/data/ruler/texts"
	"longseq/lcmodels/tokenizer"
)

// tasksFlags are the flags of tasks.
type tasksFlags struct {
	options ruler.Options

	task, lengths, version, format string
	tokenizer, data, corpus, out   string
	depth                          float64
	list, all, fillStuck, json     bool
	workers                        int
	shard                          *session.Shard
}

func tasksCommand(s *session.Session) *cobra.Command {
	f := &tasksFlags{options: ruler.Default(ruler.Task{}, 0)}
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "Generate the samples of RULER's 13 tasks, byte for byte, and list the tasks of plans",
		Long: "Writes the sample files that RULER's own scripts write: one task at one length, or with --all every task at several\n" +
			"lengths, in parallel, in a folder with a manifest. The same call continues a batch that was interrupted. Without --data,\n" +
			"the essay is Newton's Opticks and the questions are built in; without --tokenizer, lengths are counted in words.\n" +
			"With --list, prints every task that a plan may name, with its settings: RULER's, recall, and the synthetic tasks.\n" +
			"Tasks: " + strings.Join(ruler.TaskNames(), ", ") + ".",
		Example: "  longseq tasks --list\n" +
			"  longseq tasks --task niah_single_1 --length 4096 --samples 10 --out niah_single_1.jsonl\n" +
			"  longseq tasks --all --length 1024,2048 --samples 2 --fill-stuck --out samples\n" +
			"  longseq tasks --all --length 1024 --samples 2 --fill-stuck --out samples --shard 0/3",
		Args: session.Arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, s) },
	}
	flags := cmd.Flags()
	o := &f.options
	flags.StringVar(&f.task, "task", "", "the task")
	flags.BoolVar(&f.list, "list", false, "list the tasks that plans may name, with their settings and chance levels")
	flags.StringVar(&f.lengths, "length", "", "tokens of prompt and answer together; with --all, a list such as 4096,8192")
	flags.IntVar(&o.Samples, "samples", o.Samples, "samples per task and length")
	flags.Int64Var(&o.Seed, "seed", o.Seed, "seed of the random generators")
	flags.StringVar(&f.tokenizer, "tokenizer", "", "folder or file of the tokenizer: tokenizer.json, tokenizer.model or an RWKV vocabulary (default: count words)")
	flags.StringVar(&f.data, "data", "", "`FOLDER` with RULER's essays, squad.json and hotpotqa.json (see longseq data)")
	flags.StringVar(&f.corpus, "corpus", "", "a text `FILE` to use as the essay")
	flags.StringVar(&f.version, "ruler-version", string(o.Version), "version of RULER: head or 2024")
	flags.StringVar(&o.Template, "template", o.Template, "chat template: "+strings.Join(ruler.TemplateNames(ruler.Head), ", "))
	flags.StringVar(&o.Wonderwords, "wonderwords", o.Wonderwords, "version of the word lists: 2.2.0 or 3.0.1")
	flags.BoolVar(&o.RemoveNewlineTab, "remove-newline-tab", false, "replace every run of white space by one space")
	flags.BoolVar(&o.PrepareForNS, "prepare-for-ns", false, "leave out the chat template but count its tokens")
	flags.IntVar(&o.ChunkAmount, "chunk-amount", o.ChunkAmount, "number of chunks that the samples are divided into")
	flags.IntVar(&o.ChunkIndex, "chunk-idx", 0, "which chunk to generate, from 0")
	flags.BoolVar(&o.Fill, "fill", false, "fill each sample to its length, also where RULER has none (not RULER's samples)")
	flags.BoolVar(&f.fillStuck, "fill-stuck", false, "with --all: fill only where RULER's own loop would not end")
	flags.Float64Var(&f.depth, "depth", 0, "depth of the queried needles, percent of the haystack (not RULER's samples)")
	flags.StringVar(&f.format, "format", "", "haystack-key-value format of a niah task, such as essay-word-uuid")
	flags.BoolVar(&f.all, "all", false, "generate all 13 tasks at all lengths")
	flags.IntVar(&f.workers, "workers", runtime.GOMAXPROCS(0), "with --all: files generated at the same time")
	f.shard = session.AddShard(cmd, "with --all: generate")
	flags.StringVar(&f.out, "out", "", "the `FILE` to write; with --all, a folder")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	parameterFlags(flags.IntVar, flags.Float64Var, &f.options.Task)
	return cmd
}

// parameterFlags adds the flags of the tasks' own parameters; 0 leaves RULER's value.
func parameterFlags(integer func(*int, string, int, string), real func(*float64, string, float64, string), t *ruler.Task) {
	integer(&t.Keys, "keys", 0, "niah: keys that are hidden")
	integer(&t.Values, "values", 0, "niah: values per key")
	integer(&t.Queries, "queries", 0, "niah: keys that are queried")
	integer(&t.Chains, "chains", 0, "vt: chains of variables")
	integer(&t.Hops, "hops", 0, "vt: assignments after the first")
	integer(&t.Common, "common", 0, "cwe: common words")
	integer(&t.CommonRepeats, "common-repeats", 0, "cwe: occurrences of each common word, at 4096 tokens and more")
	integer(&t.UncommonRepeats, "uncommon-repeats", 0, "cwe: occurrences of each other word, at 4096 tokens and more")
	integer(&t.Examples, "examples", 0, "cwe: worked examples before the question")
	integer(&t.WordLength, "word-length", 0, "fwe: letters per coded word")
	real(&t.Alpha, "alpha", 0, "fwe: exponent of the zeta distribution")
	integer(&t.Budget, "budget", 0, "tokens reserved for the answer")
}

func (f *tasksFlags) run(cmd *cobra.Command, s *session.Session) error {
	if f.list {
		return printList(s, f.json)
	}
	lengths, err := f.parse(cmd)
	if err != nil {
		return err
	}
	sources, err := texts.Open(f.data, f.corpus)
	if err != nil {
		return err
	}
	counts, digest, err := openTokenizer(f.tokenizer)
	if err != nil {
		return err
	}
	if f.all {
		return f.batch(cmd.Context(), s, lengths, counts, digest, sources)
	}
	start := time.Now()
	written, err := samplefile.WriteFile(cmd.Context(), f.out, f.options, counts, sources)
	if err != nil {
		return err
	}
	if f.json {
		return s.PrintJSON(written)
	}
	fmt.Fprintf(s.Out, "%s: %d samples of %s, %.0f%% full on average, %.2f s, sha256 %s\n", f.out, written.Samples, f.options.Task.Name,
		100*written.Fill, time.Since(start).Seconds(), written.SHA256)
	return nil
}

// parse checks the flags and returns the lengths.
func (f *tasksFlags) parse(cmd *cobra.Command) ([]int, error) {
	switch {
	case f.all == (f.task != ""):
		return nil, session.Usagef("tasks: want either --task NAME or --all, or --list")
	case f.lengths == "":
		return nil, session.Usagef("tasks: --length is missing: tokens of prompt and answer together")
	case f.out == "":
		return nil, session.Usagef("tasks: --out is missing: the file to write, or with --all a folder")
	case f.workers < 1 || f.workers > session.MaxWorkers:
		return nil, session.Usagef("tasks: --workers is %d; want 1 to %d", f.workers, session.MaxWorkers)
	case f.shard.Given() && !f.all:
		return nil, session.Usagef("tasks: --shard needs --all; one task is divided with --chunk-amount")
	case f.fillStuck && !f.all:
		return nil, session.Usagef("tasks: --fill-stuck needs --all; for one task use --fill")
	}
	var lengths []int
	for field := range strings.SplitSeq(f.lengths, ",") {
		length, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil {
			return nil, session.Usagef("tasks: length %q: want a number of tokens", field)
		}
		lengths = append(lengths, length)
	}
	if len(lengths) > 1 && !f.all {
		return nil, session.Usagef("tasks: %d lengths for one task: want one, or --all", len(lengths))
	}
	f.options.Version = ruler.Version(strings.ToLower(f.version))
	if cmd.Flags().Changed("depth") {
		f.options.Depth = &f.depth
	}
	if f.all {
		if f.options.Depth != nil || f.format != "" {
			return nil, session.Usagef("tasks: --depth and --format need --task")
		}
		return lengths, nil
	}
	f.options.Length = lengths[0]
	task, err := ruler.TaskNamed(f.task)
	if err != nil {
		return nil, session.Usagef("tasks: %w", err)
	}
	if f.format != "" {
		format, err := data.ParseFormat(f.format)
		if err != nil {
			return nil, session.Usagef("tasks: %w", err)
		}
		if task, err = task.WithFormat(format); err != nil {
			return nil, session.Usagef("tasks: %w", err)
		}
	}
	f.options.Task = task.With(f.options.Task)
	if err := f.options.Validate(); err != nil {
		return nil, session.Usagef("tasks: %w", err)
	}
	return lengths, nil
}

// batch generates all tasks at all lengths.
func (f *tasksFlags) batch(ctx context.Context, s *session.Session, lengths []int, counts ruler.Tokenizer, digest string, sources *texts.Sources) error {
	tasks := ruler.Tasks()
	digests, err := sources.Digests(ruler.Needs(tasks...), f.options.Wonderwords)
	if err != nil {
		return err
	}
	digests["tokenizer"] = digest
	for i, task := range tasks {
		tasks[i] = task.With(f.options.Task)
		for _, length := range lengths {
			opts := f.options
			opts.Task, opts.Length = tasks[i], length
			if err := opts.Validate(); err != nil {
				return session.Usagef("tasks: %w", err)
			}
		}
	}
	batch := samplefile.Batch{Dir: f.out, Tasks: tasks, Lengths: lengths, Base: f.options, FillStuck: f.fillStuck, Workers: f.workers, Inputs: digests}
	shard, err := f.shard.Parse(s)
	if err != nil {
		return err
	}
	files := len(tasks) * len(lengths)
	if shard.Of > 1 {
		costs := make([]float64, files)
		for i := range costs {
			costs[i] = float64(lengths[i/len(tasks)])
		}
		mine := shard.Deal(costs)
		batch.Part, batch.PartName = func(i int) bool { return slices.Contains(mine, i) }, fmt.Sprintf("%d-of-%d", shard.Index, shard.Of)
		files = len(mine)
	}
	bar := s.Bar("tasks", files)
	finished := 0
	batch.Done = func(done, _ int) { finished = done; bar(done) }
	manifest, err := batch.Make(ctx, counts, sources)
	if ctx.Err() != nil {
		return fmt.Errorf("tasks: interrupted: %d of %d files are finished; run the same command again to continue: %w", finished, files, ctx.Err())
	}
	if err != nil {
		return err
	}
	if f.json {
		if err := s.PrintJSON(manifest); err != nil {
			return err
		}
	}
	var failed []string
	for _, file := range manifest.Files {
		mark := ""
		switch {
		case file.Error != "":
			failed = append(failed, file.Error)
			continue
		case !file.RULER:
			mark = " (filled, not RULER's)"
		}
		if !f.json {
			fmt.Fprintf(s.Out, "%s/%s: %d samples, %.0f%% full%s\n", f.out, file.Path, file.Samples, 100*file.Fill, mark)
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%d of %d files were not written (see %s/%s, or use --fill-stuck); first: %w", len(failed), len(manifest.Files), f.out, batch.Manifest(), errors.New(failed[0]))
	}
	return nil
}

// openTokenizer reads a tokenizer and returns it with its digest, which is "words" if path is empty.
func openTokenizer(path string) (counts ruler.Tokenizer, digest string, err error) {
	if path == "" {
		return ruler.WhiteSpace{}, "words", nil
	}
	loaded, err := tokenizer.Load(path)
	if err != nil {
		return nil, "", err
	}
	return loaded, loaded.Digest, nil
}
