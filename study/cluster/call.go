package cluster

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Call is what each task of a plan calls, and what engines are told of it.
type Call struct {
	Program string   // longseq, or a path to it
	Verb    string   // "sweep" or "train"
	Plan    string   // the plan's file
	Flags   []string // passed on to the verb, such as --models=FOLDER
	Share   string   // the verb's flag for how many processors it has; empty: none
	Dir     string   // the folder in which the tasks write, and beside which figures are drawn
	Store   string   // the folder of the records
	Figures string   // the folder of figures
	Name    string   // of the job

	Shards     int
	Missing    []int // the shards that are not whole, in ascending order; nil: all are asked for
	Concurrent int   // tasks at a time; 0: as many as the engine gives
	GPUs, CPUs int   // of a task
	Memory     string
}

// maxShards is the largest number of shards. A pod's index is at most 100,000.
const maxShards = 100_000

// Check returns an error for values that no engine takes.
func (c Call) Check() error {
	switch {
	case c.Shards < 1 || c.Shards > maxShards:
		return fmt.Errorf("--tasks is %d; want 1 to %d", c.Shards, maxShards)
	case c.Concurrent < 0:
		return fmt.Errorf("--concurrent is %d; want 0 or more", c.Concurrent)
	case c.GPUs < 0 || c.CPUs < 1:
		return fmt.Errorf("--gpus is %d and --cpus %d; want at least 0 and 1", c.GPUs, c.CPUs)
	}
	for _, text := range append([]string{c.Program, c.Plan, c.Dir, c.Store, c.Figures, c.Memory}, c.Flags...) {
		if strings.ContainsAny(text, "\n\r\x00") {
			return fmt.Errorf("%q has a line break; an engine's file cannot name it", text)
		}
	}
	return nil
}

// ErrWhole says that no shard is missing.
var ErrWhole = errors.New("every shard is whole: there is nothing to submit")

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// JobName is the name of a job, of a plan's name: lower case letters, digits and hyphens, as every engine takes it.
func JobName(plan string) string {
	name := strings.Trim(notName.ReplaceAllString(strings.ToLower(plan), "-"), "-")
	if len(name) > 40 {
		name = strings.Trim(name[:40], "-")
	}
	return strings.TrimSuffix("longseq-"+name, "-")
}

// ranges writes ascending numbers as Slurm and people do: 0-3,7.
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, fmt.Sprint(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

// quote quotes a word for the shell.
func quote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// words quotes words for the shell.
func words(list ...string) string {
	quoted := make([]string, len(list))
	for i, word := range list {
		quoted[i] = quote(word)
	}
	return strings.Join(quoted, " ")
}
