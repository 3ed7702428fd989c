package task

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/data/ruler/texts"
)

func dataCommand(s *session.Session) *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "data",
		Short:   "List the texts that tasks are made from, where each is, and which are missing",
		Example: "  longseq data\n  longseq data --json",
		Args:    session.Arguments(),
		RunE: func(*cobra.Command, []string) error {
			sources, err := texts.Open(dir, "")
			if err != nil {
				return err
			}
			files := sources.Files()
			if asJSON {
				return s.PrintJSON(files)
			}
			for _, file := range files {
				printSource(s, file, dir)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "data", "", "`FOLDER` with RULER's own files")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// printSource prints one text: its tasks, where it is, where it was published, its licence and digest.
func printSource(s *session.Session, file texts.File, dir string) {
	where := file.Path
	switch {
	case file.Error != "":
		where = "unreadable: " + file.Error
	case where == "" && dir == "":
		where = fmt.Sprintf("missing: give its folder with --data; looked for as %s, plain or .gz", strings.Join(file.Names, " or "))
	case where == "":
		where = fmt.Sprintf("missing: no %s, plain or .gz, in %s", strings.Join(file.Names, " or "), dir)
	}
	fmt.Fprintf(s.Out, "%s: %s\n  tasks      %s\n  where      %s\n", file.Name, file.What, strings.Join(file.Tasks, ", "), where)
	fmt.Fprintf(s.Out, "  published  %s\n  licence    %s\n", file.Published, file.Licence)
	published := strings.Join(file.PublishedSHA256, " or ")
	switch {
	case file.SHA256 == "" && published != "":
		fmt.Fprintf(s.Out, "  sha256     %s, as published\n", published)
	case file.SHA256 != "" && published != "" && !file.AsPublished() && file.Path != "":
		fmt.Fprintf(s.Out, "  sha256     %s; the published file has %s\n", file.SHA256, published)
	case file.SHA256 != "":
		fmt.Fprintf(s.Out, "  sha256     %s\n", file.SHA256)
	}
}
