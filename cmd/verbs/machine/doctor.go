package machine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/printable"
	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/jupyter"
	"longseq/lcmodels/hub"
	"longseq/lcmodels/selftest"
)

func doctorCommand(s *session.Session) *cobra.Command {
	var asJSON, check bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Show what was found on this machine, with advice on what is missing, or check that a backend computes rightly",
		Long: "Show what was found on this machine, with advice on what is missing.\n\n" +
			"With --selftest, compare what the backend computes with plain loops that do not use it: every operation in each form that\n" +
			"the backend has, the six architectures, their gradients and training, donated buffers, and a row alone and in a batch.\n" +
			"Each line has the largest difference and its limit, relative to the largest right value and 1. The exit status is 1 where\n" +
			"a check fails.",
		Example: "  longseq doctor\n" +
			"  longseq doctor --backend go --json\n" +
			"  longseq doctor --selftest --backend go",
		Args: session.Arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if check {
				return runSelftest(cmd.Context(), s, asJSON)
			}
			findings := examine(s.Backend)
			if asJSON {
				return s.PrintJSON(findings)
			}
			for _, f := range findings {
				f.print(s)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&check, "selftest", false, "check that the backend computes rightly, within a minute")
	return cmd
}

// selftestReport is the JSON of doctor --selftest.
type selftestReport struct {
	Backend string            `json:"backend"`
	Device  string            `json:"device"`
	Plugin  string            `json:"plugin,omitempty"`
	Checks  []selftest.Result `json:"checks"`
}

// runSelftest checks the backend.
func runSelftest(ctx context.Context, s *session.Session, asJSON bool) error {
	b, err := backend.Open(s.Backend)
	if err != nil {
		return err
	}
	defer b.Finalize()
	report := func(r selftest.Result) { printCheck(s, r) }
	if asJSON {
		report = nil
	}
	results, err := selftest.Run(ctx, b, report)
	if err != nil {
		return err
	}
	if asJSON {
		if err := s.PrintJSON(selftestReport{b.Found.Name, b.Found.Device, b.Found.Plugin, results}); err != nil {
			return err
		}
	}
	return judge(s, b.Found.Name, results, !asJSON)
}

// judge counts the results, prints the sum, and returns an error where a check failed.
func judge(s *session.Session, name string, results []selftest.Result, print bool) error {
	count := map[selftest.Outcome]int{}
	first := ""
	for _, r := range results {
		count[r.Outcome]++
		if r.Outcome == selftest.Failed && first == "" {
			first = r.Check
		}
	}
	if print {
		fmt.Fprintf(s.Out, "%s: %d passed, %d failed, %d skipped\n", name, count[selftest.Passed], count[selftest.Failed], count[selftest.Skipped])
	}
	if len(results) > 0 && count[selftest.Skipped] == len(results) {
		return fmt.Errorf("selftest of %s: nothing could be checked", name)
	}
	if n := count[selftest.Failed]; n > 0 {
		return fmt.Errorf("selftest of %s: %d of %d checks failed, the first is %s: do not believe what it computes", name, n, len(results), first)
	}
	return nil
}

// printCheck prints the result of a check as a line.
func printCheck(s *session.Session, r selftest.Result) {
	numbers := r.Reason
	if r.Difference != nil {
		numbers = fmt.Sprintf("%.1e of %.1e", *r.Difference, r.Limit)
	}
	fmt.Fprintf(s.Out, "%-8s %-58s %s\n", r.Outcome, r.Check, numbers)
}

// A finding is one thing that was looked for.
type finding struct {
	What   string   `json:"what"`
	Found  string   `json:"found"`            // "" if it is missing
	Looked []string `json:"looked,omitempty"` // where it was looked for
	Advice string   `json:"advice,omitempty"` // what to do about it
}

func (f finding) print(s *session.Session) {
	found := f.Found
	if found == "" {
		found = "missing"
	}
	fmt.Fprintf(s.Out, "%-14s %s\n", f.What, found)
	for _, line := range f.Looked {
		fmt.Fprintf(s.Out, "%-14s   %s\n", "", line)
	}
	if f.Advice != "" {
		fmt.Fprintf(s.Out, "%-14s > %s\n", "", f.Advice)
	}
}

// examine looks for everything that longseq needs or can use.
func examine(choice string) []finding {
	findings := examineBackend(choice)
	findings = append(findings, examineCaches()...)
	findings = append(findings, examineKernels())
	findings = append(findings, examineTools()...)
	for _, v := range versions() {
		findings = append(findings, finding{What: "version", Found: v.Name + " " + v.Version})
	}
	return findings
}

// examineBackend opens the backend, so that a plugin that does not load is reported.
func examineBackend(choice string) []finding {
	wanted, _ := backend.Find(choice)
	opened, err := backend.Open(choice)
	if err != nil {
		return []finding{{What: "backend", Looked: wanted.Why, Advice: printable.Line(err.Error(), session.MaxLine)}}
	}
	defer opened.Finalize()
	found := opened.Found
	list := []finding{
		{What: "backend", Found: found.Name, Looked: found.Why, Advice: found.Warning},
		{What: "device", Found: found.Device},
	}
	if found.Plugin != "" {
		list = append(list, finding{What: "plugin", Found: strings.TrimSpace(found.Plugin + " " + found.Version)})
	}
	return append(list, examineNative(opened))
}

// examineNative reports whether recurrences and attention run in the C kernels, which are optional and faster.
func examineNative(b *backend.Backend) finding {
	if why := b.Native(); why != nil {
		return finding{What: "native kernels", Found: "not used: " + why.Error()}
	}
	return finding{What: "native kernels", Found: "attention, SSD, WKV6"}
}

// examineCaches reports the folders in which longseq and the Hugging Face hub cache files.
func examineCaches() []finding {
	own := finding{What: "cache", Advice: "no home folder is set: set HOME or XDG_CACHE_HOME"}
	if cache, err := os.UserCacheDir(); err == nil {
		own = finding{What: "cache", Found: filepath.Join(cache, "longseq")}
		if _, err := os.Stat(own.Found); err != nil {
			own.Found += " (not there yet)"
		}
	}
	return []finding{own, examineHub()}
}

// examineHub reports where the hub's cache is, which is shared with Python's client.
func examineHub() finding {
	e := hub.FromEnvironment(os.Getenv)
	if e.Cache == "" {
		return finding{What: "hub cache", Advice: "no home folder is set: set HF_HUB_CACHE"}
	}
	f := finding{What: "hub cache", Found: fmt.Sprintf("%s (%s)", e.Cache, e.From)}
	if _, err := os.Stat(e.Cache); err != nil {
		f.Found = fmt.Sprintf("%s (%s; not there yet)", e.Cache, e.From)
	}
	if e.Offline {
		f.Looked = append(f.Looked, "HF_HUB_OFFLINE is set: nothing will be fetched")
	}
	return f
}

// examineKernels reports which Go kernels Jupyter finds.
func examineKernels() finding {
	f := finding{What: "kernels"}
	var names []string
	for _, spec := range jupyter.Specs() {
		if spec.Language != "go" {
			continue
		}
		names = append(names, spec.Name)
		f.Looked = append(f.Looked, spec.Name+": "+spec.Dir)
		if _, err := exec.LookPath(spec.Argv[0]); err != nil {
			f.Advice = fmt.Sprintf("kernel %s starts %s, which does not exist: run longseq kernel install", spec.Name, spec.Argv[0])
		}
	}
	f.Found = strings.Join(names, ", ")
	if f.Found == "" {
		f.Advice = "run longseq kernel install, so that Jupyter finds this program; where `make` has run, `source .env/bin/activate` is enough"
	}
	return f
}

// A tool is a program that longseq calls.
type tool struct {
	what     string
	commands []string // any of these
	version  string   // the flag that prints its version
	advice   string
}

var tools = []tool{
	{"go", []string{"go"}, "version", "notebooks need it: install Go 1.25 or newer"},
	{"C compiler", []string{"cc", "gcc", "clang"}, "--version", "building with XLA needs it: install gcc or clang; pure Go works without it, about 23 times slower"},
	{"Python", []string{"python3"}, "--version", "`make` and Jupyter need it: install Python 3.10 or newer with its venv module"},
}

// examineTools asks each tool for its version.
func examineTools() []finding {
	var findings []finding
	for _, t := range tools {
		f := finding{What: t.what, Advice: t.advice}
		for _, command := range t.commands {
			if out, err := exec.Command(command, t.version).Output(); err == nil {
				line, _, _ := strings.Cut(string(out), "\n")
				f = finding{What: t.what, Found: strings.TrimSpace(line)}
				break
			}
		}
		findings = append(findings, f)
	}
	return findings
}
