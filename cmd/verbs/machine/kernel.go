package machine

import (
	"fmt"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/kernelsrc/jupyter"
)

func kernelCommand(s *session.Session) *cobra.Command {
	return session.Group("kernel", "The Jupyter kernel for notebooks in Go",
		kernelInstallCommand(s), kernelUninstallCommand(s), kernelRunCommand())
}

func kernelInstallCommand(s *session.Session) *cobra.Command {
	var opts jupyter.InstallOptions
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Install this program as the Jupyter kernel longseq",
		Long: "Installs this program as the Jupyter kernel longseq, and as gonb too unless another kernel has that name.\n" +
			"Prints the folders it has written.",
		Example: "  longseq kernel install --prefix .env",
		Args:    session.Arguments(),
		RunE: func(*cobra.Command, []string) error {
			written, err := jupyter.Install(opts)
			printLines(s, written)
			return err
		},
	}
	folderFlags(cmd, &opts)
	return cmd
}

func kernelUninstallCommand(s *session.Session) *cobra.Command {
	var opts jupyter.InstallOptions
	cmd := &cobra.Command{
		Use:     "uninstall",
		Short:   "Remove what kernel install wrote",
		Example: "  longseq kernel uninstall --prefix .env",
		Args:    session.Arguments(),
		RunE: func(*cobra.Command, []string) error {
			removed, err := jupyter.Uninstall(opts)
			printLines(s, removed)
			return err
		},
	}
	folderFlags(cmd, &opts)
	return cmd
}

// folderFlags adds the flags that choose Jupyter's folder.
func folderFlags(cmd *cobra.Command, opts *jupyter.InstallOptions) {
	flags := cmd.Flags()
	flags.BoolVar(&opts.User, "user", false, "use the user's Jupyter folder (the default)")
	flags.StringVar(&opts.Prefix, "prefix", "", "use the Python environment in `FOLDER`")
	flags.BoolVar(&opts.SysPrefix, "sys-prefix", false, "use the active Python environment")
}

// kernelRunCommand is what Jupyter calls.
func kernelRunCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "run CONNECTION_FILE",
		Short:  "Serve a notebook; Jupyter calls this",
		Args:   session.Arguments("CONNECTION_FILE"),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return jupyter.Run(cmd.Context(), args[0])
		},
	}
}

// printLines prints each on a line of its own.
func printLines(s *session.Session, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(s.Out, line)
	}
}
