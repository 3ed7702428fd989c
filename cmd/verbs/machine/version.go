package machine

import (
	"fmt"
	"longseq/cmd/verbs/session"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand(s *session.Session) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the versions of this program, of Go and of GoMLX",
		Example: "  longseq version",
		Args:    session.Arguments(),
		RunE: func(*cobra.Command, []string) error {
			for _, v := range versions() {
				fmt.Fprintf(s.Out, "%s %s\n", v.Name, v.Version)
			}
			return nil
		},
	}
}

// A version is a component of the program with its version.
type version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// versions returns the versions that the build recorded: of the program (or its commit), of Go, and of the modules
// that results depend on.
func versions() []version {
	own := version{"longseq", "unknown"}
	list := []version{{"go", runtime.Version()}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return append([]version{own}, list...)
	}
	own.Version = info.Main.Version
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision" && own.Version == "(devel)":
			own.Version = setting.Value
		case setting.Key == "CGO_ENABLED" && setting.Value == "0":
			list = append(list, version{"cgo", "none: pure Go"})
		}
	}
	for _, module := range info.Deps {
		switch module.Path {
		case "github.com/gomlx/gomlx", "github.com/gomlx/go-xla":
			list = append(list, version{module.Path, module.Version})
		}
	}
	return append([]version{own}, list...)
}
