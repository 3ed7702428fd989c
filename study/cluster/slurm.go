package cluster

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

// Slurm is how a call runs as a Slurm array.
type Slurm struct {
	Call
	// MaxArraySize is the cluster's: indices of an array are below it. 1001 where the cluster does not say otherwise (scontrol
	// show config).
	MaxArraySize int
	Time         string // the limit of a task, as sbatch takes it
	Warning      int    // seconds before the limit at which a task is told to end
	Account      string
	Partition    string
	Container    string   // an image that apptainer runs; empty: none
	Options      []string // further ones of sbatch
	Submit       string   // the command that prints this script, for its comment
}

// Defaults of Slurm.
const (
	DefaultMaxArraySize = 1001
	DefaultWarning      = 120 // seconds
)

//go:embed slurm.sh.tmpl
var slurmText string

//go:embed figures.sh.tmpl
var figuresText string

var (
	slurmTemplate   = template.Must(template.New("slurm").Funcs(shell).Parse(slurmText))
	figuresTemplate = template.Must(template.New("figures").Funcs(shell).Parse(figuresText))
)

var shell = template.FuncMap{
	"quote": quote,
	"words": func(list []string) string { return words(list...) },
}

// Elements is the number of elements of the array. Element i does the shards i, i+Elements, and so on.
func (s Slurm) Elements() int { return min(s.Shards, s.MaxArraySize) }

// Array is the option --array of sbatch.
func (s Slurm) Array() string {
	elements := s.Elements()
	array := fmt.Sprintf("0-%d", elements-1)
	if s.Missing != nil {
		due := make([]bool, elements)
		for _, shard := range s.Missing {
			due[shard%elements] = true
		}
		var list []int
		for i, is := range due {
			if is {
				list = append(list, i)
			}
		}
		array = ranges(list)
	}
	if s.Concurrent > 0 {
		array += fmt.Sprintf("%%%d", s.Concurrent)
	}
	return array
}

// PerTask is the flag that gives the processors of a task to the call; empty where it is given, or where a GPU computes.
// The processes of a task may see processors that are not its own.
func (s Slurm) PerTask() string {
	if s.GPUs > 0 || slices.ContainsFunc(s.Flags, func(f string) bool { return strings.HasPrefix(f, s.Share+"=") }) {
		return ""
	}
	return s.Share
}

func (s Slurm) check() error {
	if err := s.Check(); err != nil {
		return err
	}
	switch {
	case s.MaxArraySize < 2:
		return fmt.Errorf("--max-array-size is %d; want the cluster's MaxArraySize, 2 or more", s.MaxArraySize)
	case s.Warning < 1:
		return fmt.Errorf("--warning is %d; want 1 second or more", s.Warning)
	case s.Missing != nil && len(s.Missing) == 0:
		return ErrWhole
	}
	for _, option := range append([]string{"--time=" + s.Time, "--account=" + s.Account, "--partition=" + s.Partition, "--container=" + s.Container}, s.Options...) {
		if !strings.HasPrefix(option, "-") || strings.ContainsAny(option, "\n\r\x00") {
			return fmt.Errorf("option of sbatch %q; want one that begins with a hyphen, in one word: --mem=8G", option)
		}
	}
	return nil
}

// Script is the script that sbatch takes. It asks its own questions of the node first, ends what is in hand when it is
// told to, and puts itself back into the queue if there is more to do.
func (s Slurm) Script() (string, error) { return s.render(slurmTemplate) }

// FiguresScript is the script of the job that draws, and says what is missing, when the array has ended.
func (s Slurm) FiguresScript() (string, error) { return s.render(figuresTemplate) }

func (s Slurm) render(t *template.Template) (string, error) {
	if err := s.check(); err != nil {
		return "", err
	}
	var text strings.Builder
	if err := t.Execute(&text, s); err != nil {
		return "", fmt.Errorf("write the script: %w", err)
	}
	return text.String(), nil
}
