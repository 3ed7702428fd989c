package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/nearmiss"
	"longseq/study"
	"longseq/study/ablation"
	"longseq/study/cluster"
	"longseq/study/models"
)

// passed are the flags that are passed on to the verb which each task calls, in this order.
var passed = map[string][]string{
	"sweep": {"models", "seeds", "out", "data", "fill-stuck", "workers", "chunk"},
	"train": {"out", "parallel"},
	asking:  {"out"},
}

// asking is the sweep of the models of an ablation, whose plan says the rest.
const asking = "sweep of an ablation"

// callFlags are the flags of a plan and of its verb.
type callFlags struct {
	verb, out, data   string
	folders           []string
	fillStuck         bool
	workers, parallel int
	chunk, seeds      int
}

func (f *callFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.verb, "verb", "", "the `VERB` that tasks call: sweep, or train, for the plan of an ablation (default: train for such a plan, else sweep)")
	flags.StringSliceVar(&f.folders, "models", []string{"models"}, "passed on to sweep")
	flags.StringVar(&f.out, "out", "", "passed on; the `FOLDER` is one that all nodes see (default: results/ and the plan's file name)")
	flags.StringVar(&f.data, "data", "", "passed on to sweep")
	flags.BoolVar(&f.fillStuck, "fill-stuck", false, "passed on to sweep")
	flags.IntVar(&f.workers, "workers", 0, "passed on to sweep (default: the processors of the task, or one for each of its GPUs)")
	flags.IntVar(&f.chunk, "chunk", 0, "passed on to sweep")
	flags.IntVar(&f.seeds, "seeds", 0, "passed on to sweep")
	flags.IntVar(&f.parallel, "parallel", 0, "passed on to train")
}

// call reads the plan and returns the call of a task.
func (f *callFlags) call(cmd *cobra.Command, s *session.Session, plan string) (cluster.Call, error) {
	trains := ablation.IsPlan(plan)
	c := cluster.Call{Plan: plan, Verb: f.verb, Dir: f.out}
	if c.Verb == "" {
		c.Verb = "sweep"
		if trains {
			c.Verb = "train"
		}
	}
	if _, ok := passed[c.Verb]; !ok {
		return c, session.Usagef("%w", nearmiss.Unknown("verb of a task", c.Verb, []string{"sweep", "train"}))
	}
	var err error
	if trains {
		_, err = ablation.Read(plan)
	} else {
		_, err = study.ReadPlan(plan)
	}
	if err != nil {
		return c, err
	}
	if c.Verb == "train" && !trains {
		return c, session.Usagef("--verb train: %s is no plan of an ablation", plan)
	}
	if c.Dir == "" {
		c.Dir = ablation.DefaultDir(plan)
	}
	c.Store, c.Figures = c.Dir, filepath.Join(c.Dir, "figures")
	if trains {
		w := ablation.Where{Dir: c.Dir}
		c.Store, c.Figures = w.Store(), w.Figures()
	}
	name := filepath.Base(plan)
	c.Name = cluster.JobName(strings.TrimSuffix(name, filepath.Ext(name)))
	kind := c.Verb
	switch {
	case trains && c.Verb == "sweep":
		kind = asking
	case c.Verb == "sweep":
		c.Share = "--workers"
	default:
		c.Share = "--parallel"
	}
	for _, name := range slices.Concat(passed["sweep"], passed["train"]) {
		if cmd.Flag(name).Changed && !slices.Contains(passed[kind], name) {
			return c, session.Usagef("--%s is not for the %s", name, map[string]string{"sweep": "sweep of a plan", "train": "training of a plan", asking: asking}[kind])
		}
	}
	for _, name := range passed[kind] {
		if flag := cmd.Flag(name); flag.Changed {
			c.Flags = append(c.Flags, "--"+name+"="+strings.Trim(flag.Value.String(), "[]"))
		}
	}
	if s.Backend != "" {
		c.Flags = append(c.Flags, "--backend="+s.Backend)
	}
	return c, nil
}

// missing returns the shards of which something is not there.
func (f *callFlags) missing(s *session.Session, c cluster.Call) ([]int, error) {
	list := []int{}
	shards := make([]study.Shard, c.Shards)
	for i := range shards {
		shards[i] = study.Shard{Index: i, Of: c.Shards}
	}
	if c.Verb == "train" {
		p, err := ablation.Read(c.Plan)
		if err != nil {
			return nil, err
		}
		for i, shard := range shards {
			whole, err := p.Whole(ablation.Where{Dir: c.Dir, Backend: s.Backend, Shard: shard})
			if err != nil {
				return nil, err
			}
			if !whole {
				list = append(list, i)
			}
		}
		return list, nil
	}
	tasks, err := f.checkpoints(s).Tasks(models.RulerOptions{Data: f.data, FillStuck: f.fillStuck})
	if err != nil {
		return nil, err
	}
	all, err := study.ShardStatus(c.Store, tasks, shards...)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--resume: there is no store in %s yet; without it all shards are submitted", c.Store)
	}
	for i, status := range all {
		if status.Missing() > 0 {
			list = append(list, i)
		}
	}
	return list, err
}

func (f *callFlags) checkpoints(s *session.Session) models.Checkpoints {
	return models.Checkpoints{Folders: f.folders, Backend: s.Backend, Chunk: f.chunk}
}

// taskFlags are the flags of what each task gets, which every engine knows.
type taskFlags struct {
	callFlags
	tasks, concurrent, gpus, cpus int
	memory, name                  string
	gpuMemory                     float64
	resume                        bool
}

func (f *taskFlags) add(cmd *cobra.Command) {
	f.callFlags.add(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.tasks, "tasks", 16, "shards `N` that the plan is cut into")
	flags.IntVar(&f.concurrent, "concurrent", 0, "tasks that run at the same time, at most (default: as the cluster gives)")
	flags.IntVar(&f.gpus, "gpus", 0, "GPUs of a task: each asks a model of its own")
	flags.Float64Var(&f.gpuMemory, "gpu-memory", 0, "`GB` of a GPU: a plan whose models do not fit is refused")
	flags.IntVar(&f.cpus, "cpus", 1, "processors of a task")
	flags.StringVar(&f.memory, "memory", "", "main memory of a task, as the engine writes it (default: as the cluster gives)")
	flags.StringVar(&f.name, "name", "", "the job's name (default: longseq- and the plan's)")
	flags.BoolVar(&f.resume, "resume", false, "only the shards that are not whole")
}

// task returns the call of a task with what it gets.
func (f *taskFlags) task(cmd *cobra.Command, s *session.Session, plan string) (cluster.Call, error) {
	if f.gpus > 0 && s.Backend == "" {
		s.Backend = "xla:cuda"
	}
	c, err := f.call(cmd, s, plan)
	if err != nil {
		return c, err
	}
	c.Shards, c.Concurrent, c.GPUs, c.CPUs, c.Memory = f.tasks, f.concurrent, f.gpus, f.cpus, f.memory
	if f.name != "" {
		if c.Name = f.name; cluster.JobName(f.name) != "longseq-"+f.name {
			return c, session.Usagef("--name %q; want at most 40 lower case letters, digits and hyphens", f.name)
		}
	}
	if err := c.Check(); err != nil {
		return c, session.Usagef("cluster: %w", err)
	}
	if f.gpuMemory > 0 {
		if err := f.fits(s, c); err != nil {
			return c, err
		}
	}
	if f.resume {
		if c.Missing, err = f.missing(s, c); err == nil && len(c.Missing) == 0 {
			err = cluster.ErrWhole
		}
	}
	return c, err
}

// fits returns an error that names the first model of a sweep which needs more memory than a GPU has. It counts weights of
// 4 bytes and the state of one sample of the longest length, which are there at least.
func (f *taskFlags) fits(s *session.Session, c cluster.Call) error {
	if c.Verb != "sweep" || ablation.IsPlan(c.Plan) {
		return session.Usagef("--gpu-memory is for sweeps of models that are there")
	}
	plan, err := study.ReadPlan(c.Plan)
	if err != nil {
		return err
	}
	longest := slices.Max(append(slices.Clone(plan.Lengths), append(plan.Distances, 1)...))
	for _, name := range plan.Trainings() {
		about, err := f.checkpoints(s).Describe(name)
		if err != nil {
			return err
		}
		need := float64(4*about.Params+about.StateBytes(longest)) / 1e9
		if need > f.gpuMemory {
			return fmt.Errorf("model %s does not fit: its %d parameters and the state of one sample of %d tokens need %.1f GB, and a GPU has %g GB",
				name, about.Params, longest, need, f.gpuMemory)
		}
	}
	return nil
}

// program is the path of this program, for nodes that see the same files.
func program() string {
	path, err := os.Executable()
	if err != nil {
		return "longseq"
	}
	return path
}
