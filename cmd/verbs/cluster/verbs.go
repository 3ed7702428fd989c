// Package cluster is the verbs that spread a plan over a cluster: they print what its engine takes, and submit nothing.
package cluster

import (
	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
)

// Verbs are the verbs, for a session.
func Verbs(s *session.Session) []*cobra.Command {
	group := session.Group("cluster", "Print what Slurm or Kubernetes takes to run a plan on many nodes", slurmCommand(s), kubernetesCommand(s), checkCommand(s))
	group.Long = "Prints what Slurm or Kubernetes takes to run a plan as N tasks; nothing is submitted.\n\n" +
		"Whatever starts the processes, the contract is the same. Each is called with --shard I/N, or with --shard auto/N where\n" +
		"SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, or SLURM_PROCID in a step of N processes, is I. It asks what its shard misses in the\n" +
		"store and writes files of its own there, so it may be ended, begun again, or run twice at any time. At SIGTERM, SIGUSR1 or\n" +
		"SIGINT it finishes the block in hand, says how far it is, and ends with 130: the same call goes on. Status 0 is done, 1 failed, 2 a\n" +
		"wrong call. longseq sweep PLAN --status ends with 0 if all is there and with 3 if not; with --shard it is asked of one shard.\n\n" +
		"  GNU parallel:  seq 0 15 | parallel -j 4 longseq sweep plan.yaml --quiet --shard {}/16\n" +
		"  SkyPilot, in a task with num_nodes: 16:  run: longseq sweep plan.yaml --shard $SKYPILOT_NODE_RANK/$SKYPILOT_NUM_NODES"
	return []*cobra.Command{group}
}
