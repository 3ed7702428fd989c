package cluster

import (
	"os/exec"
	"strings"
	"testing"
)

func exampleCall() Call {
	return Call{Program: "longseq", Verb: "sweep", Plan: "my plan.yaml", Share: "--workers", Dir: "out", Store: "out", Figures: "out/figures",
		Name: "longseq-plan", Shards: 8, CPUs: 2}
}

func TestAnArrayHasTheShardsAndNoMoreElementsThanTheClusterTakes(t *testing.T) {
	for _, c := range []struct {
		shards, limit, concurrent int
		missing                   []int
		want                      string
	}{
		{8, 1001, 0, nil, "0-7"},
		{8, 1001, 3, nil, "0-7%3"},
		{1001, 1001, 0, nil, "0-1000"}, // the highest index is MaxArraySize - 1
		{5000, 1001, 0, nil, "0-1000"},
		{8, 1001, 0, []int{0, 1, 2, 5, 7}, "0-2,5,7"},
		{20, 8, 2, []int{3, 11, 12, 19}, "3-4%2"}, // shards 3, 11 and 19 are element 3's
	} {
		call := exampleCall()
		call.Shards, call.Concurrent, call.Missing = c.shards, c.concurrent, c.missing
		if got := (Slurm{Call: call, MaxArraySize: c.limit}).Array(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestScriptsAreShellAndTheirOptionsComeBeforeCommands(t *testing.T) {
	call := exampleCall()
	call.Flags = []string{"--out=it's mine", "--data=$HOME"}
	for _, change := range []func(*Slurm){
		func(*Slurm) {},
		func(s *Slurm) {
			s.Container, s.GPUs, s.Memory, s.Options = "image.sif", 2, "8G", []string{"--mail-type=END"}
		},
		func(s *Slurm) { s.Verb, s.Account, s.Partition = "train", "a", "p" },
	} {
		s := Slurm{Call: call, MaxArraySize: DefaultMaxArraySize, Time: "4:00:00", Warning: DefaultWarning, Submit: "longseq cluster slurm x"}
		change(&s)
		for _, print := range []func() (string, error){s.Script, s.FiguresScript} {
			text, err := print()
			if err != nil {
				t.Fatal(err)
			}
			check := exec.Command("bash", "-n")
			check.Stdin = strings.NewReader(text)
			if out, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s\n%s", out, text)
			}
			began := false
			for line := range strings.Lines(text) {
				if strings.HasPrefix(line, "#SBATCH") && began {
					t.Errorf("an option after a command is not read: %s", line)
				}
				began = began || !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != ""
			}
			if strings.Contains(text, "out=it's") || s.Verb == "sweep" && !strings.Contains(text, `'--out=it'\''s mine' '--data=$HOME'`) {
				t.Errorf("flags are not quoted:\n%s", text)
			}
			if strings.Contains(text, "<no value>") {
				t.Error(text)
			}
		}
	}
}

func TestAScriptRefusesWhatWouldBreakIt(t *testing.T) {
	for want, change := range map[string]func(*Slurm){
		"has a line break":       func(s *Slurm) { s.Plan = "a\nb" },
		"want one that begins":   func(s *Slurm) { s.Options = []string{"mem=8G"} },
		"want the cluster's":     func(s *Slurm) { s.MaxArraySize = 1 },
		"every shard is whole":   func(s *Slurm) { s.Missing = []int{} },
		"--tasks is 100001":      func(s *Slurm) { s.Shards = 100_001 },
		"--cpus 0":               func(s *Slurm) { s.CPUs = 0 },
		"--concurrent is -1":     func(s *Slurm) { s.Concurrent = -1 },
		"--warning is 0":         func(s *Slurm) { s.Warning = 0 },
		"option of sbatch \"--p": func(s *Slurm) { s.Partition = "a\n#SBATCH --x" },
	} {
		s := Slurm{Call: exampleCall(), MaxArraySize: DefaultMaxArraySize, Time: "1:00:00", Warning: 1}
		change(&s)
		if _, err := s.Script(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAJobNameIsTakenByEveryEngine(t *testing.T) {
	for plan, want := range map[string]string{
		"needles": "longseq-needles", "My Plan (2)": "longseq-my-plan-2", "": "longseq", "___": "longseq",
		strings.Repeat("ab-", 30): "longseq-" + strings.Repeat("ab-", 13) + "a",
	} {
		if got := JobName(plan); got != want {
			t.Errorf("%q: %q, want %q", plan, got, want)
		}
	}
}
