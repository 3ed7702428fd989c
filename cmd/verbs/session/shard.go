package session

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"longseq/study"
	"longseq/study/cluster"
)

// Shard is the flags by which a process does a part of a plan.
type Shard struct {
	text   string
	offset int
}

// AddShard adds --shard and --shard-offset to a verb.
func AddShard(cmd *cobra.Command, what string) *Shard {
	f := &Shard{}
	cmd.Flags().StringVar(&f.text, "shard", "", what+" only part `I/N`, with I from 0; auto/N takes I from Slurm or Kubernetes (see longseq cluster)")
	cmd.Flags().IntVar(&f.offset, "shard-offset", 0, "added to the I of --shard auto/N")
	return f
}

// Given reports whether a shard was asked for.
func (f *Shard) Given() bool { return f.text != "" || f.offset != 0 }

// Parse returns the shard, the zero value for the whole plan. Which one an engine has told is said on standard error.
func (f *Shard) Parse(s *Session) (study.Shard, error) {
	if !f.Given() {
		return study.Shard{}, nil
	}
	shard, why, err := cluster.ParseShard(f.text, f.offset, os.LookupEnv)
	if err != nil {
		return shard, Usagef("%w", err)
	}
	if why != "" {
		s.Say([]string{fmt.Sprintf("shard %d of %d, from 0 (%s)", shard.Index, shard.Of, why)})
	}
	return shard, nil
}
