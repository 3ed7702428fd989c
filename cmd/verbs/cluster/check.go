package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/durable"
	"longseq/kernelsrc/backend"
	"longseq/study"
	"longseq/study/ablation"
	"longseq/study/models"
)

func checkCommand(s *session.Session) *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "check PLAN",
		Short: "Check that this machine has what a task of a plan needs",
		Long: "Checks that this machine has what a task needs, without asking anything: the plan, the XLA plugin, models, texts, and a folder\n" +
			"that can be written to. The scripts of longseq cluster slurm call it on each node before they begin.",
		Example: "  longseq cluster check plan.yaml",
		Args:    session.Arguments("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.call(cmd, s, args[0])
			if err != nil {
				return err
			}
			found, err := backend.Find(s.Backend)
			switch {
			case err != nil:
				return err
			case found.Name == "go" && s.Backend != "go" && os.Getenv("GOMLX_BACKEND") != "go":
				return errors.New("there is no XLA plugin here: see longseq doctor; --backend go computes without, about 23 times slower")
			}
			if c.Verb == "train" {
				err = f.checkTraining(s, c.Plan, c.Dir)
			} else if !ablation.IsPlan(c.Plan) {
				err = f.checkSweep(s, c.Plan, c.Store)
			}
			if err != nil {
				return err
			}
			return writable(c.Dir)
		},
	}
	f.add(cmd)
	return cmd
}

// checkSweep finds models and texts of a plan, and compares it with the store.
func (f *callFlags) checkSweep(s *session.Session, path, dir string) error {
	plan, err := study.ReadPlan(path)
	if err != nil {
		return err
	}
	if f.seeds > 0 && f.seeds < len(plan.TrainSeeds) {
		plan.TrainSeeds = plan.TrainSeeds[:f.seeds]
	}
	here := f.checkpoints(s)
	tasks, err := here.Tasks(models.RulerOptions{Data: f.data, FillStuck: f.fillStuck})
	if err != nil {
		return err
	}
	resolved, err := study.Resolve(plan, here, tasks)
	if err != nil {
		return err
	}
	return resolved.Fits(dir)
}

// checkTraining makes the runs of a plan, and compares them with the models that are there.
func (f *callFlags) checkTraining(s *session.Session, path, dir string) error {
	p, err := ablation.Read(path)
	if err != nil {
		return err
	}
	_, err = p.Whole(ablation.Where{Dir: dir, Backend: s.Backend})
	return err
}

// writable makes a folder and writes a file there, so that a full quota is known before anything is computed.
func writable(dir string) error {
	if err := durable.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("cannot write to the folder of the results: %w", err)
	}
	file, err := os.CreateTemp(dir, ".check-*")
	if err != nil {
		return fmt.Errorf("cannot write to the folder of the results: %w", err)
	}
	_, err = file.Write(make([]byte, 64<<10))
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close(), os.Remove(file.Name())); err != nil {
		return fmt.Errorf("cannot write to %s: %w", filepath.Dir(file.Name()), err)
	}
	return nil
}
