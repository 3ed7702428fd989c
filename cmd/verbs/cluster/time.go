package cluster

import (
	"fmt"
	"regexp"
	"time"

	"github.com/spf13/pflag"

	"longseq/cmd/verbs/session"
)

// slurmForm is how sbatch takes a time: minutes, minutes:seconds, hours:minutes:seconds, or days-hours and so on.
var slurmForm = regexp.MustCompile(`^([0-9]+-)?[0-9]+(:[0-9]+){0,2}$`)

// slurmTime turns a duration such as 4h into what sbatch takes.
func slurmTime(text string) (string, error) {
	if slurmForm.MatchString(text) {
		return text, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second {
		return "", session.Usagef("--time %q; want 4h or 90m, or a time as sbatch takes it, such as 1-12:00:00", text)
	}
	seconds := int(d.Seconds())
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60), nil
}

// visit appends flags as they were given.
func visit(words *[]string) func(*pflag.Flag) {
	return func(f *pflag.Flag) {
		value := f.Value.String()
		switch f.Value.Type() {
		case "bool":
			*words = append(*words, "--"+f.Name)
			return
		case "stringSlice":
			value = value[1 : len(value)-1]
		}
		*words = append(*words, "--"+f.Name, value)
	}
}
