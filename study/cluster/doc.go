// Package cluster is how a plan is spread over the nodes of a cluster, whose own engine does the distributing: Slurm, the
// Indexed Jobs of Kubernetes, or any other that starts a process N times and tells each its number.
//
//	engine  starts processes, restarts those whose node fails, and tells each a number
//	task    what an engine starts: an element of a Slurm array, a pod of an Indexed Job
//	shard   number I of N of a plan; a task does one, or several one after the other
//
// A shard is a function of the plan and of I and N. Its process writes files of its own into the plan's store, which all
// nodes see, and asks only what is not there: so each can be ended and started again at any time, anywhere, even twice at
// once. [ParseShard] finds I; [Slurm] and [Kubernetes] print what the engines take.
package cluster
