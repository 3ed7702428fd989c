package cluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"longseq/study"
)

// The plan that the cluster runs, with the trained models of the repository: about a minute of one core.
const slurmPlan = `models: [mamba2, llama, rwkv6, griffin]
tasks: [recall]
lengths: [256, 512, 1024]
depths: [0, 50, 100]
samples: 480
`

// The training of eight models that the cluster runs: some seconds each.
const slurmTraining = `base: [llama, mamba2]
vary:
  train.length: [32, 64]
train_seeds: [1, 2]
train: {steps: 60, lr: own}
ask: {tasks: [recall], lengths: [64], formats: [essay-word], depths: [50], samples: 16}
`

// slurm is a cluster of one host, in which a test submits what longseq prints.
type slurm struct {
	*testing.T
	dir, program string
}

// TestASlurmClusterRunsAPlan runs where scripts/slurm/onehost has started a cluster: see make slurm. Tasks, nodes and daemons are
// ended in every way, and the store must be that of a single process that nothing happened to.
func TestASlurmClusterRunsAPlan(t *testing.T) {
	if os.Getenv("ONEHOST") == "" {
		t.Skip("make slurm runs it, in a Slurm cluster on this host")
	}
	s := slurm{t, filepath.Join(os.Getenv("ONEHOST"), "work"), os.Getenv("LONGSEQ_PROGRAM")}
	if err := os.Mkdir(s.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	tiny := filepath.Join(s.dir, "tiny")
	if err := os.CopyFS(tiny, os.DirFS("../../lcmodels/tiny")); err != nil {
		t.Fatal(err)
	}
	s.write("plan.yaml", slurmPlan)
	s.write("training.yaml", slurmTraining)
	begun := time.Now()

	t.Log("== an array of 10 tasks on 4 nodes, and what happens to them")
	const tasks = 10
	flags := []string{"cluster", "slurm", "plan.yaml", "--models", tiny, "--out", "array", "--tasks", fmt.Sprint(tasks), "--time", "20m"}
	s.save("tasks.sbatch", flags...)
	s.save("figures.sbatch", append(flags, "--figures")...)
	array := s.sbatch("tasks.sbatch")
	figures := s.sbatch("--dependency=afterany:"+array, "figures.sbatch")
	done := map[string]bool{} // elements of the array to which something has happened
	next := func() string { return s.atWork(array, "array", done) }

	cancelled := next()
	s.run("scancel", array+"_"+cancelled)
	requeued := next()
	s.run("scontrol", "requeue", array+"_"+requeued)
	killed := next()
	s.signal(s.process(array, killed), syscall.SIGKILL, "longseq of task "+killed)

	lost := next()
	node := s.field(array, lost, "NodeList")
	old := s.process(array, lost)
	s.signal(old, syscall.SIGSTOP, "longseq of task "+lost) // so that it is at work when the node is given up
	s.killNode(node)
	down := next()
	other := s.field(array, down, "NodeList")
	s.run("scontrol", "update", "NodeName="+other, "State=DOWN", "Reason=test")
	s.wait("task "+down+" is back in the queue", time.Minute, func() bool { return s.restarts(array, down) > 0 })
	s.run("scontrol", "update", "NodeName="+other, "State=RESUME")
	s.wait("task "+lost+" of the lost node is back in the queue", 5*time.Minute, func() bool { return s.restarts(array, lost) > 0 })
	s.signal(old, syscall.SIGCONT, "longseq of task "+lost+", whose shard now has two processes,")
	s.wait("task "+lost+" is at work again", 10*time.Minute, func() bool {
		again := s.process(array, lost)
		return again > 0 && again != old || s.field(array, lost, "JobState") == "COMPLETED"
	})
	s.startNode(node)

	s.wait("the array has ended", 20*time.Minute, func() bool { return s.active(array) == 0 })
	for i, want := range map[string]string{cancelled: "CANCELLED", requeued: "COMPLETED", killed: "FAILED", lost: "COMPLETED", down: "COMPLETED"} {
		if got := s.field(array, i, "JobState"); got != want {
			t.Errorf("task %s is %s, want %s", i, got, want)
		}
	}
	s.wait("the figures' job has ended", 10*time.Minute, func() bool { return s.active(figures) == 0 })
	if state, code := s.field(figures, "", "JobState"), s.field(figures, "", "ExitCode"); state != "FAILED" || code != "3:0" {
		t.Errorf("of an array with missing tasks the figures' job is %s with %s, want FAILED with 3:0", state, code)
	}

	t.Log("== the missing shards, submitted again twice at once, and one shard that is whole")
	resumed := s.save("resumed.sbatch", append(flags, "--resume")...)
	if want := regexp.MustCompile(`(?m)^#SBATCH --array=.*\b` + cancelled + `\b`); !want.MatchString(resumed) {
		t.Errorf("the script of the missing shards lacks %s:\n%s", cancelled, resumed)
	}
	first, second := s.sbatch("resumed.sbatch"), s.sbatch("resumed.sbatch")
	one := s.sbatch("--array="+requeued, "tasks.sbatch")
	figures = s.sbatch("--dependency=afterany:"+first+":"+second+":"+one, "figures.sbatch")

	t.Log("== the whole plan as one task, with a time limit shorter than it needs")
	s.save("long.sbatch", "cluster", "slurm", "plan.yaml", "--models", tiny, "--out", "long", "--tasks", "1", "--time", "60s", "--warning", "20", "--name", "long")
	long := s.sbatch("long.sbatch")

	t.Log("== a training plan as an array of 4, one of which is requeued, and models that are not there")
	s.save("training.sbatch", "cluster", "slurm", "training.yaml", "--out", "training", "--tasks", "4")
	s.save("train-figures.sbatch", "cluster", "slurm", "training.yaml", "--out", "training", "--tasks", "4", "--figures")
	training := s.sbatch("training.sbatch")
	trainFigures := s.sbatch("--dependency=afterany:"+training, "train-figures.sbatch")
	s.save("poor.sbatch", "cluster", "slurm", "plan.yaml", "--models", filepath.Join(s.dir, "models"), "--out", "poor", "--tasks", "2", "--name", "poor")
	poor := s.sbatch("poor.sbatch")
	s.wait("a training is at work", 10*time.Minute, func() bool { return s.process(training, "0") > 0 || s.restarts(training, "0") > 0 })
	s.run("scontrol", "requeue", training+"_0")
	s.wait("the tasks without models are held", 10*time.Minute, func() bool {
		return s.field(poor, "0", "Reason") == "job_requeued_in_held_state" && s.field(poor, "1", "Reason") == "job_requeued_in_held_state"
	})
	if line := s.read("poor-" + poor + "_0.log"); !strings.Contains(line, "no models in ") {
		t.Errorf("a task without models says %s", line)
	}
	if err := os.Symlink(tiny, filepath.Join(s.dir, "models")); err != nil {
		t.Fatal(err)
	}
	s.run("scancel", poor+"_1")
	s.run("scontrol", "release", poor+"_0")
	s.wait("a task that was held runs", 10*time.Minute, func() bool { return s.process(poor, "0") > 0 || s.field(poor, "0", "JobState") == "COMPLETED" })
	s.run("scancel", poor)

	s.wait("all jobs have ended", 20*time.Minute, func() bool { return s.active("") == 0 })
	for job, want := range map[string]string{figures: "COMPLETED", trainFigures: "COMPLETED"} {
		if state := s.field(job, "", "JobState"); state != want {
			t.Errorf("the figures' job %s is %s, want %s", job, state, want)
		}
	}
	if n := s.restarts(long, "0"); n == 0 || s.field(long, "0", "JobState") != "COMPLETED" {
		t.Errorf("the task with the short time limit was restarted %d times and is %s", n, s.field(long, "0", "JobState"))
	} else {
		t.Logf("the task with the short time limit was restarted %d times", n)
	}
	for _, name := range []string{"array/figures/lengths.svg", "training/figures/lengths.svg"} {
		if _, err := os.Stat(filepath.Join(s.dir, name)); err != nil {
			t.Error(err)
		}
	}

	t.Log("== a single process")
	s.run(s.program, "sweep", "plan.yaml", "--models", tiny, "--out", "single", "--workers", "2", "--quiet")
	s.run(s.program, "train", "training.yaml", "--out", "trained", "--quiet")
	s.same("array", "single")
	s.same("long", "single")
	s.sameModels("training/models", "trained/models")
	t.Logf("== it took %v", time.Since(begun).Round(time.Second))
}

// same compares a store with that of a single process.
func (s slurm) same(dir, single string) {
	s.Helper()
	got, err := study.OpenStore(filepath.Join(s.dir, dir))
	if err != nil {
		s.Fatal(err)
	}
	want, err := study.OpenStore(filepath.Join(s.dir, single))
	if err != nil {
		s.Fatal(err)
	}
	if err := study.Equal(got, want); err != nil || got.Disagreeing > 0 {
		s.Errorf("%v; %d duplicates disagree", err, got.Disagreeing)
	}
	files, _ := filepath.Glob(filepath.Join(s.dir, dir, "records-*.jsonl"))
	half := 0
	for _, fault := range got.Faults {
		if fault.Kind == study.Half {
			half++
		} else {
			s.Error(fault)
		}
	}
	s.Logf("%s: %d records in %d files, equal to a single process's %d; %d duplicates, which agree; %d half lines", dir, len(got.Records), len(files), len(want.Records), got.Doubled, half)
}

// sameModels compares the weights of trained models byte for byte.
func (s slurm) sameModels(dir, single string) {
	s.Helper()
	want, err := filepath.Glob(filepath.Join(s.dir, single, "*", "model.safetensors"))
	if err != nil || len(want) != 8 {
		s.Fatalf("%d models, %v", len(want), err)
	}
	for _, path := range want {
		name := filepath.Base(filepath.Dir(path))
		a, errA := os.ReadFile(path)
		b, errB := os.ReadFile(filepath.Join(s.dir, dir, name, "model.safetensors"))
		if errA != nil || errB != nil || string(a) != string(b) {
			s.Errorf("model %s differs: %v, %v", name, errA, errB)
		}
	}
	s.Logf("%s: %d models, byte for byte those of a single process", dir, len(want))
}

func (s slurm) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o666); err != nil {
		s.Fatal(err)
	}
}

func (s slurm) read(name string) string {
	text, _ := os.ReadFile(filepath.Join(s.dir, name)) // one that is not there says nothing
	return string(text)
}

// try runs a command in the test's folder and returns what it printed.
func (s slurm) try(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, stderr.String())
	}
	return string(out), err
}

func (s slurm) run(name string, args ...string) string {
	s.Helper()
	out, err := s.try(name, args...)
	if err != nil {
		s.Fatal(err)
	}
	if name != s.program {
		s.Logf("%s %s", name, strings.Join(args, " "))
	}
	return out
}

// save writes what longseq prints to a file.
func (s slurm) save(name string, args ...string) string {
	s.Helper()
	text := s.run(s.program, args...)
	s.write(name, text)
	return text
}

func (s slurm) sbatch(args ...string) string {
	s.Helper()
	return strings.TrimSpace(s.run("sbatch", append([]string{"--parsable"}, args...)...))
}

// active counts the tasks of a job, or of all, that are not over.
func (s slurm) active(job string) int {
	args := []string{"--noheader", "--array", "--format=%A"}
	if job != "" {
		args = append(args, "--jobs="+job)
	}
	out, _ := s.try("squeue", args...) // of a job that is over it knows nothing
	return len(strings.Fields(out))
}

// field is what Slurm says of a job, or of a task of an array.
func (s slurm) field(job, task, name string) string {
	if task != "" {
		job += "_" + task
	}
	out, err := s.try("scontrol", "--oneliner", "show", "job", job)
	if err != nil {
		return ""
	}
	for _, field := range strings.Fields(out) {
		if value, ok := strings.CutPrefix(field, name+"="); ok {
			return value
		}
	}
	return ""
}

func (s slurm) restarts(job, task string) int {
	n, _ := strconv.Atoi(s.field(job, task, "Restarts"))
	return n
}

// wait waits for something to be so.
func (s slurm) wait(what string, patience time.Duration, is func() bool) {
	s.Helper()
	begun := time.Now()
	for !is() {
		if time.Since(begun) > patience {
			queue, _ := s.try("squeue", "--array")
			s.Fatalf("not in %v: %s\n%s", patience, what, queue)
		}
		time.Sleep(200 * time.Millisecond)
	}
	s.Logf("%s, after %v", what, time.Since(begun).Round(100*time.Millisecond))
}

// atWork waits for a task of an array that writes records, to which nothing has happened yet.
func (s slurm) atWork(job, store string, done map[string]bool) (task string) {
	s.Helper()
	s.wait("a task is at work", 10*time.Minute, func() bool {
		out, _ := s.try("squeue", "--noheader", "--array", "--jobs="+job, "--states=RUNNING", "--format=%K")
		for _, i := range strings.Fields(out) {
			files, _ := filepath.Glob(filepath.Join(s.dir, store, "records-"+i+"of*"))
			if len(files) > 0 && !done[i] && s.process(job, i) > 0 {
				task = i
				return true
			}
		}
		return false
	})
	done[task] = true
	return task
}

// process is the longseq of a task that computes, or 0.
func (s slurm) process(job, task string) int {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		env, err := os.ReadFile(path)
		if err != nil || !strings.Contains("\x00"+string(env), "\x00SLURM_ARRAY_JOB_ID="+job+"\x00") || !strings.Contains("\x00"+string(env), "\x00SLURM_ARRAY_TASK_ID="+task+"\x00") {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		words := strings.Split(string(line), "\x00")
		if len(words) > 2 && words[0] == s.program && (words[1] == "sweep" || words[1] == "train") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			return pid
		}
	}
	return 0
}

func (s slurm) signal(pid int, which syscall.Signal, what string) {
	s.Helper()
	if pid == 0 || syscall.Kill(pid, which) != nil {
		s.Fatalf("%s is not there to get a signal", what)
	}
	s.Logf("%s gets the signal %q", what, which)
}

// killNode kills the slurmd of a node. What it has started lives on.
func (s slurm) killNode(node string) {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(os.Getenv("ONEHOST"), node+".pid"))
	if err != nil {
		s.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	s.signal(pid, syscall.SIGKILL, "slurmd of node "+node)
}

// startNode starts the slurmd of a node again, until the test ends.
func (s slurm) startNode(node string) {
	s.Helper()
	cmd := exec.Command("slurmd", "-D", "-N", node, "-f", os.Getenv("SLURM_CONF"))
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	s.Logf("slurmd of node %s begins again", node)
}
