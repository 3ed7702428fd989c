package cluster

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/study/cluster"
)

func kubernetesCommand(s *session.Session) *cobra.Command {
	var (
		f taskFlags
		k cluster.Kubernetes
	)
	cmd := &cobra.Command{
		Use:   "kubernetes PLAN",
		Short: "Print the manifest of an Indexed Job that runs a plan",
		Long: "Prints an Indexed Job in YAML for kubectl apply: one pod a shard, each index with retries of its own; pods that were told to\n" +
			"end, or whose node was taken away, begin again uncounted. PLAN and folders are paths in the pods, where the first --claim is the\n" +
			"working folder, and PLAN must be there here too. The image is that of the Dockerfile in longseq's repository. See longseq cluster\n" +
			"--help for the contract.",
		Example: "  longseq cluster kubernetes plan.yaml --tasks 16 --gpus 1 --image registry.example/longseq:cuda --claim study:/work --claim hub:/hub --queue research\n" +
			"  longseq cluster kubernetes plan.yaml --tasks 4 --image registry.example/longseq:cpu --claim study:/work",
		Args: session.Arguments("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.resume {
				return session.Usagef("cluster kubernetes: --resume is for arrays of Slurm: an index that is whole ends in seconds, so apply the Job again")
			}
			call, err := f.task(cmd, s, args[0])
			if err != nil {
				return err
			}
			k.Call = call
			k.Program = "longseq"
			text, err := k.Manifest()
			if err != nil {
				return session.Usagef("cluster kubernetes: %w", err)
			}
			_, err = fmt.Fprint(s.Out, text)
			return err
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&k.Image, "image", "", "the image, as the cluster pulls it")
	flags.StringArrayVar(&k.Claims, "claim", nil, "a volume claim and its folder in the pods, `NAME:/FOLDER`; the first is the working folder")
	flags.StringVar(&k.Namespace, "namespace", "", "the namespace")
	flags.StringVar(&k.Queue, "queue", "", "a local queue of Kueue")
	flags.IntVar(&k.Retries, "retries", 3, "how often a shard whose pod failed is tried again")
	flags.Int64Var(&k.User, "user", 1000, "user and group as which the pods run")
	return cmd
}
