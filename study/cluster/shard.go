package cluster

import (
	"fmt"
	"strconv"
	"strings"

	"longseq/study"
)

// The variables in which engines tell a process its number.
const (
	// ArrayTask is the index of a task of a Slurm array. The array begins at 0.
	ArrayTask = "SLURM_ARRAY_TASK_ID"
	// StepTask is the number of a process of a Slurm step, and StepTasks how many the step has. A batch script, which is
	// no step, has the number 0 too.
	StepTask  = "SLURM_PROCID"
	StepTasks = "SLURM_STEP_NUM_TASKS"
	// JobIndex is the index of a pod of an Indexed Job of Kubernetes.
	JobIndex = "JOB_COMPLETION_INDEX"
)

// ParseShard reads "I/N", with I from 0 to N-1, or "auto/N", where the engine that runs this process tells I. To that I the
// offset is added: a Slurm array cannot have more tasks than the cluster's MaxArraySize, so a larger N takes several. The
// number N of shards is never guessed: an array of which one task is submitted again has one task. why says where I is
// from; it is empty for "I/N".
//
// lookup is os.LookupEnv. What is empty, no number, told by two engines, or not less than N is an error: a process that
// would take shard 0 for want of a better one would do another's work.
func ParseShard(text string, offset int, lookup func(name string) (value string, ok bool)) (shard study.Shard, why string, err error) {
	n, auto := strings.CutPrefix(text, "auto/")
	if !auto {
		if offset != 0 {
			return study.Shard{}, "", fmt.Errorf("an offset of %d for shard %q; want it with auto/N alone", offset, text)
		}
		shard, err := study.ParseShard(text)
		if err != nil {
			err = fmt.Errorf("%w, or auto/N on a cluster", err)
		}
		return shard, "", err
	}
	of, err := strconv.Atoi(n)
	if err != nil || of < 1 {
		return study.Shard{}, "", fmt.Errorf("shard %q; want auto/N, with the number N of all shards, such as auto/16", text)
	}
	if offset < 0 || offset >= of {
		return study.Shard{}, "", fmt.Errorf("an offset of %d for %d shards; want 0 to %d", offset, of, of-1)
	}
	index, why, err := told(text, of, lookup)
	if err != nil {
		return study.Shard{}, "", err
	}
	if offset > 0 {
		why += fmt.Sprintf(" and an offset of %d", offset)
	}
	if index+offset >= of {
		return study.Shard{}, "", fmt.Errorf("shard %q: %s is shard %d, and %d shards end at %d", text, why, index+offset, of, of-1)
	}
	return study.Shard{Index: index + offset, Of: of}, why, nil
}

// told returns the number that an engine has told this process, and which variable told it.
func told(text string, of int, lookup func(string) (string, bool)) (index int, why string, err error) {
	refuse := func(format string, args ...any) (int, string, error) {
		return 0, "", fmt.Errorf("shard %q: %s", text, fmt.Sprintf(format, args...))
	}
	array, inArray := lookup(ArrayTask)
	pod, inPod := lookup(JobIndex)
	tasks, inStep := lookup(StepTasks)
	variable, value := "", ""
	switch {
	case inArray && inPod:
		return refuse("both %s=%q and %s=%q are set; unset the one that does not count", ArrayTask, array, JobIndex, pod)
	case inArray && inStep && tasks != "1":
		return refuse("%s=%q, but this step of the task has %s=%q processes, which would all do the same; run one, or no array", ArrayTask, array, StepTasks, tasks)
	case inArray:
		variable, value = ArrayTask, array
	case inPod:
		variable, value = JobIndex, pod
	case inStep:
		number, ok := lookup(StepTask)
		if !ok || tasks != strconv.Itoa(of) {
			return refuse("this step has %s=%q and %s=%q; want as many tasks as shards, %d", StepTasks, tasks, StepTask, number, of)
		}
		variable, value = StepTask, number
	default:
		return refuse("none of %s, %s and %s is set: this is no task of an array, no pod of an Indexed Job and no step of srun; give I/N", ArrayTask, JobIndex, StepTasks)
	}
	number, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return refuse("%s is %q; want a number from 0", variable, value)
	}
	return int(number), fmt.Sprintf("%s=%d", variable, number), nil
}
