package verbs

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/kernelsrc/jupyter"
)

func kernelCommand(s *session) *cobra.Command {
	return group("kernel", "The Jupyter kernel for notebooks in Go",
		kernelInstallCommand(s), kernelUninstallCommand(s), kernelRunCommand())
}

func kernelInstallCommand(s *session) *cobra.Command {
	var opts jupyter.InstallOptions
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Let Jupyter find this program as the kernel longseq",
		Long: "Let Jupyter find this program as the kernel longseq, and under the name gonb where no other\n" +
			"kernel has it. The folders that were written are printed.",
		Example: "  longseq kernel install --prefix .env",
		Args:    arguments(),
		RunE: func(*cobra.Command, []string) error {
			written, err := jupyter.Install(opts)
			s.printLines(written)
			return err
		},
	}
	placeFlags(cmd, &opts)
	return cmd
}

func kernelUninstallCommand(s *session) *cobra.Command {
	var opts jupyter.InstallOptions
	cmd := &cobra.Command{
		Use:     "uninstall",
		Short:   "Remove what kernel install wrote",
		Example: "  longseq kernel uninstall --prefix .env",
		Args:    arguments(),
		RunE: func(*cobra.Command, []string) error {
			removed, err := jupyter.Uninstall(opts)
			s.printLines(removed)
			return err
		},
	}
	placeFlags(cmd, &opts)
	return cmd
}

// placeFlags adds the flags that say where a kernelspec lies.
func placeFlags(cmd *cobra.Command, opts *jupyter.InstallOptions) {
	flags := cmd.Flags()
	flags.BoolVar(&opts.User, "user", false, "the user's Jupyter folder (the default)")
	flags.StringVar(&opts.Prefix, "prefix", "", "a Python environment's `FOLDER`")
	flags.BoolVar(&opts.SysPrefix, "sys-prefix", false, "the active Python environment")
}

// kernelRunCommand is what Jupyter calls.
func kernelRunCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "run CONNECTION_FILE",
		Short:  "Serve a notebook; Jupyter calls this",
		Args:   arguments("CONNECTION_FILE"),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return jupyter.Run(cmd.Context(), args[0])
		},
	}
}

// printLines prints each on a line of its own.
func (s *session) printLines(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(s.out, line)
	}
}
