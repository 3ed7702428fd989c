package cluster

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/study/cluster"
)

func slurmCommand(s *session.Session) *cobra.Command {
	var (
		f       taskFlags
		l       cluster.Slurm
		figures bool
	)
	cmd := &cobra.Command{
		Use:   "slurm PLAN [-- sbatch options]",
		Short: "Print an sbatch script that runs a plan as an array",
		Long: "Prints a script for sbatch, which runs the plan as an array of tasks; lines to edit for a cluster's modules are marked. A task\n" +
			"checks its node first. It is told to end before its time limit, keeps what it has, and puts itself back into the queue. With\n" +
			"--figures, prints the script of the job that draws when the array has ended. See longseq cluster --help for the contract.",
		Example: "  longseq cluster slurm plan.yaml --tasks 16 --time 4h --gpus 1 --partition gpu -- --mem=32G\n" +
			"  longseq cluster slurm plan.yaml --tasks 16 --figures\n" +
			"  longseq cluster slurm plan.yaml --tasks 2 --resume",
		Args: planAndOptions,
		RunE: func(cmd *cobra.Command, args []string) error {
			call, err := f.task(cmd, s, args[0])
			if err != nil {
				return err
			}
			limit, err := slurmTime(l.Time)
			if err != nil {
				return err
			}
			script := l
			script.Call, script.Time, script.Options = call, limit, args[1:]
			script.Program = program()
			script.Submit = submitted(cmd, args)
			text, err := script.Script()
			if figures && err == nil {
				text, err = script.FiguresScript()
			}
			if err != nil {
				return session.Usagef("cluster slurm: %w", err)
			}
			_, err = fmt.Fprint(s.Out, text)
			return err
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&l.Time, "time", "4h", "the time limit of a task: 4h, 90m, or as sbatch takes it")
	flags.IntVar(&l.Warning, "warning", cluster.DefaultWarning, "`SECONDS` before the time limit at which a task is told to end")
	flags.IntVar(&l.MaxArraySize, "max-array-size", cluster.DefaultMaxArraySize, "the cluster's MaxArraySize: a task does several shards where there are more")
	flags.StringVar(&l.Account, "account", "", "the account that pays")
	flags.StringVar(&l.Partition, "partition", "", "the partition")
	flags.StringVar(&l.Container, "container", "", "an `IMAGE` that apptainer runs longseq from")
	flags.BoolVar(&figures, "figures", false, "print the script of the job that draws")
	return cmd
}

// planAndOptions checks that a verb is called with a plan, and further words after -- alone.
func planAndOptions(cmd *cobra.Command, args []string) error {
	before := cmd.ArgsLenAtDash()
	if before < 0 {
		before = len(args)
	}
	return session.Arguments("PLAN")(cmd, args[:before])
}

// submitted is the call that prints a script.
func submitted(cmd *cobra.Command, args []string) string {
	words := []string{cmd.CommandPath(), args[0]}
	cmd.Flags().Visit(visit(&words))
	if len(args) > 1 {
		words = append(append(words, "--"), args[1:]...)
	}
	return strings.ReplaceAll(strings.Join(words, " "), "\n", " ")
}
