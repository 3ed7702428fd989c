package study

import "slices"

// Status says how much of a plan is in its store.
type Status struct {
	Name   string        `json:"name"`   // of the plan
	Digest string        `json:"digest"` // of the resolved plan
	Done   int           `json:"done"`   // samples
	Total  int           `json:"total"`  // samples
	Cells  int           `json:"cells"`  // all
	Open   int           `json:"open"`   // cells that miss samples
	Models []ModelStatus `json:"models"`
}

// ModelStatus is the part of one model.
type ModelStatus struct {
	Model string `json:"model"`
	Done  int    `json:"done"`  // samples
	Total int    `json:"total"` // samples
}

// Missing is the number of samples that are not in the store.
func (s Status) Missing() int { return s.Total - s.Done }

// ReadStatus counts the samples that are there and those that are missing. It needs the store
// alone, neither the models nor the plan file. It can be called while a sweep is running.
func ReadStatus(dir string, tasks Tasks) (Status, error) {
	all, err := ShardStatus(dir, tasks, Shard{})
	if err != nil {
		return Status{}, err
	}
	return all[0], nil
}

// ShardStatus is [ReadStatus] of some shards. The store is read once.
func ShardStatus(dir string, tasks Tasks, shards ...Shard) ([]Status, error) {
	resolved, err := ReadResolved(dir)
	if err != nil {
		return nil, err
	}
	cells, err := resolved.Cells(tasks)
	if err != nil {
		return nil, err
	}
	present, err := readPresence(dir, &resolved, cells)
	if err != nil {
		return nil, err
	}
	jobs := resolved.jobs(cells)
	all := make([]Status, len(shards))
	for i, shard := range shards {
		all[i] = Status{Name: resolved.Plan.Name, Digest: resolved.Digest}
		all[i].count(shard.of(jobs), present)
	}
	return all, nil
}

// count counts the samples of jobs.
func (s *Status) count(jobs []job, present *presence) {
	for _, j := range jobs {
		for _, c := range j.cells {
			done := 0
			for number := range present.samples(c.ID) {
				if number >= j.from && number < j.to {
					done++
				}
			}
			s.Cells++
			if done < j.to-j.from {
				s.Open++
			}
			at := slices.IndexFunc(s.Models, func(m ModelStatus) bool { return m.Model == c.Model })
			if at < 0 {
				at = len(s.Models)
				s.Models = append(s.Models, ModelStatus{Model: c.Model})
			}
			s.Models[at].Done += done
			s.Models[at].Total += j.to - j.from
			s.Done += done
			s.Total += j.to - j.from
		}
	}
}

// Estimate says what a sweep would do, without doing it.
type Estimate struct {
	Cells   int             `json:"cells"`
	Samples int             `json:"samples"`
	Missing int             `json:"missing"` // samples that are not in the store
	Tokens  int64           `json:"tokens"`  // that the missing ones read: prompts and answer budgets
	Models  []ModelEstimate `json:"models"`
}

// ModelEstimate is the part of one model.
type ModelEstimate struct {
	Model   string `json:"model"`
	Cells   int    `json:"cells"`
	Missing int    `json:"missing"` // samples
	Tokens  int64  `json:"tokens"`  // of the missing samples
}

// DryRun resolves the sweep's plan and says how much of its shard is to do. It opens no model and
// writes nothing. A retention curve counts as one reading of its longest distance a sample.
func (s Sweep) DryRun() (Estimate, error) {
	resolved, err := Resolve(s.Plan, s.Models, s.Tasks)
	if err != nil {
		return Estimate{}, err
	}
	cells, err := resolved.Cells(s.Tasks)
	if err != nil {
		return Estimate{}, err
	}
	present, err := readPresence(s.Dir, &resolved, cells)
	if err != nil {
		return Estimate{}, err
	}
	var e Estimate
	for _, j := range s.jobs(resolved, cells) {
		if n := len(e.Models); n == 0 || e.Models[n-1].Model != j.model() {
			e.Models = append(e.Models, ModelEstimate{Model: j.model()})
		}
		m := &e.Models[len(e.Models)-1]
		m.Cells += len(j.cells)
		e.Cells += len(j.cells)
		missing, asked := j.todo(present)
		tokens := j.cost * float64(asked)
		e.Samples += len(j.cells) * (j.to - j.from)
		m.Missing += missing
		e.Missing += missing
		m.Tokens += int64(tokens)
		e.Tokens += int64(tokens)
	}
	return e, nil
}
