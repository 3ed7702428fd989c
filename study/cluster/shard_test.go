package cluster

import (
	"strings"
	"testing"
)

func TestTheEngineTellsTheShard(t *testing.T) {
	for _, c := range []struct {
		name, text, env string // variables with spaces between
		offset          int
		want, why       string // "I/N", or a part of the error
	}{
		{"by hand", "3/16", "SLURM_ARRAY_TASK_ID=7", 0, "3/16", ""},
		{"an array", "auto/16", "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=16 SLURM_PROCID=0", 0, "7/16", "SLURM_ARRAY_TASK_ID=7"},
		{"one task submitted again", "auto/16", "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_MIN=7", 0, "7/16", "SLURM_ARRAY_TASK_ID=7"},
		{"a step of one process in an array", "auto/16", "SLURM_ARRAY_TASK_ID=7 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1", 0, "7/16", "SLURM_ARRAY_TASK_ID=7"},
		{"a second array", "auto/2000", "SLURM_ARRAY_TASK_ID=7", 1001, "1008/2000", "SLURM_ARRAY_TASK_ID=7 and an offset of 1001"},
		{"a pod", "auto/16", "JOB_COMPLETION_INDEX=0", 0, "0/16", "JOB_COMPLETION_INDEX=0"},
		{"a step", "auto/4", "SLURM_PROCID=3 SLURM_STEP_NUM_TASKS=4", 0, "3/4", "SLURM_PROCID=3"},
		{"one shard", "auto/1", "SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1", 0, "0/1", "SLURM_PROCID=0"},
	} {
		shard, why, err := ParseShard(c.text, c.offset, lookup(c.env))
		if err != nil || shard.String() != c.want || why != c.why {
			t.Errorf("%s: %v, %q, %v; want %s, %q", c.name, shard, why, err, c.want, c.why)
		}
	}
}

func TestWhatIsNotSaidIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, text, env string
		offset          int
		want            string // a part of the error
	}{
		{"nothing", "auto/16", "", 0, "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX and SLURM_STEP_NUM_TASKS is set"},
		{"a batch script alone", "auto/16", "SLURM_PROCID=0 SLURM_JOB_ID=12", 0, "none of"},
		{"an empty index", "auto/16", "SLURM_ARRAY_TASK_ID=", 0, `SLURM_ARRAY_TASK_ID is ""; want a number from 0`},
		{"a word", "auto/16", "JOB_COMPLETION_INDEX=one", 0, `JOB_COMPLETION_INDEX is "one"`},
		{"a negative index", "auto/16", "JOB_COMPLETION_INDEX=-1", 0, `JOB_COMPLETION_INDEX is "-1"`},
		{"an index past the end", "auto/16", "SLURM_ARRAY_TASK_ID=16", 0, "is shard 16, and 16 shards end at 15"},
		{"an offset past the end", "auto/16", "SLURM_ARRAY_TASK_ID=7", 10, "is shard 17"},
		{"two engines", "auto/16", "SLURM_ARRAY_TASK_ID=7 JOB_COMPLETION_INDEX=7", 0, "both"},
		{"a step of other size", "auto/16", "SLURM_PROCID=3 SLURM_STEP_NUM_TASKS=4", 0, "want as many tasks as shards, 16"},
		{"half a step", "auto/4", "SLURM_STEP_NUM_TASKS=4", 0, "want as many tasks as shards"},
		{"several processes in a task of an array", "auto/16", "SLURM_ARRAY_TASK_ID=7 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=16", 0, "would all do the same"},
		{"no N", "auto/", "SLURM_ARRAY_TASK_ID=7", 0, "want auto/N"},
		{"auto alone", "auto", "SLURM_ARRAY_TASK_ID=7", 0, "or auto/N on a cluster"},
		{"no shards", "auto/0", "SLURM_ARRAY_TASK_ID=0", 0, "want auto/N"},
		{"an offset by hand", "3/16", "", 4, "want it with auto/N alone"},
		{"a negative offset", "auto/16", "SLURM_ARRAY_TASK_ID=7", -1, "want 0 to 15"},
	} {
		shard, _, err := ParseShard(c.text, c.offset, lookup(c.env))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: shard %v, %v; want an error with %q", c.name, shard, err, c.want)
		}
	}
}

func lookup(env string) func(string) (string, bool) {
	all := map[string]string{}
	for _, pair := range strings.Fields(env) {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}
	return func(name string) (string, bool) {
		value, ok := all[name]
		return value, ok
	}
}
