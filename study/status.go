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
	resolved, err := ReadResolved(dir)
	if err != nil {
		return Status{}, err
	}
	store, err := readStore(dir, &resolved)
	if err != nil {
		return Status{}, err
	}
	cells, err := resolved.Cells(tasks)
	if err != nil {
		return Status{}, err
	}
	status := Status{Name: resolved.Plan.Name, Digest: resolved.Digest, Cells: len(cells)}
	present := store.present()
	for _, c := range cells {
		done := 0
		for _, number := range present[c.ID] {
			if number < resolved.Plan.Samples {
				done++
			}
		}
		if done < resolved.Plan.Samples {
			status.Open++
		}
		at := slices.IndexFunc(status.Models, func(m ModelStatus) bool { return m.Model == c.Model })
		if at < 0 {
			at = len(status.Models)
			status.Models = append(status.Models, ModelStatus{Model: c.Model})
		}
		status.Models[at].Done += done
		status.Models[at].Total += resolved.Plan.Samples
		status.Done += done
		status.Total += resolved.Plan.Samples
	}
	return status, nil
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
	store, err := readStore(s.Dir, &resolved)
	if err != nil {
		return Estimate{}, err
	}
	jobs, samples, err := s.jobs(resolved)
	if err != nil {
		return Estimate{}, err
	}
	var e Estimate
	present := store.present()
	for _, j := range jobs {
		if n := len(e.Models); n == 0 || e.Models[n-1].Model != j.model() {
			e.Models = append(e.Models, ModelEstimate{Model: j.model()})
		}
		m := &e.Models[len(e.Models)-1]
		m.Cells += len(j.cells)
		e.Cells += len(j.cells)
		missing, asked := j.todo(present, samples, resolved.Plan.Batch)
		tokens := j.cost * float64(asked)
		e.Samples += len(j.cells) * samples
		m.Missing += missing
		e.Missing += missing
		m.Tokens += int64(tokens)
		e.Tokens += int64(tokens)
	}
	return e, nil
}
