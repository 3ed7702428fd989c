package training

import (
	"fmt"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/recall"
	"longseq/data/synthetic"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
	"longseq/lcmodels/variant"
)

// rows are what a job trains on.
type rows struct {
	train.Samples
	validation train.Samples
	words      []string // the vocabulary, in the order of ids
	version    string
	corpus     string // SHA-256 of the text they are made of; empty: none
}

// tiny returns the tiny model of an architecture for these rows: that of recall, so that all tasks are trained with one model.
// Its vocabulary is larger where a task has more words.
func (r rows) tiny(architecture string) (lcmodels.Architecture, error) {
	tiny, err := train.FindTiny(architecture)
	if err != nil {
		return nil, err
	}
	if r.corpus != "" {
		return tiny.Config(rounded(len(r.words)))
	}
	a, err := tiny.Config(recall.Opticks().Vocabulary().Size())
	if err != nil {
		return nil, err
	}
	return WithWords(a, len(r.words))
}

// WithWords returns the architecture with a vocabulary of at least so many words.
func WithWords(a lcmodels.Architecture, words int) (lcmodels.Architecture, error) {
	if a.Vocab() >= words {
		return a, nil
	}
	return variant.Set(a, "vocab_size", fmt.Append(nil, rounded(words)))
}

// rounded is the size of a vocabulary of so many words.
func rounded(words int) int { return (words + 15) / 16 * 16 }

// rows returns the rows of the job's task, or says why they cannot be made.
func (p Job) rows() (rows, error) {
	if p.Synthetic != "" {
		return p.syntheticRows()
	}
	text, err := corpus.Open(p.Path)
	if err != nil {
		return rows{}, err
	}
	haystack, err := recall.Read(text)
	if err != nil {
		return rows{}, err
	}
	formats := make([]data.Format, len(p.Formats))
	for i, f := range p.Formats {
		if formats[i], err = data.ParseFormat(f); err != nil {
			return rows{}, err
		}
	}
	training, err := recall.NewTraining(haystack, formats, p.Needles, int64(p.Recipe.Seed))
	if err != nil {
		return rows{}, err
	}
	if p.Curriculum != nil {
		if err := p.Curriculum.Validate(); err != nil {
			return rows{}, err
		}
		training = training.Following(*p.Curriculum)
	}
	return rows{training, training.Validation(), haystack.Vocabulary().Words(), recall.Version, text.Digest},
		training.CheckLength(p.Recipe.RowLength())
}

func (p Job) syntheticRows() (rows, error) {
	kind, settings, err := synthetic.Parse(p.Synthetic)
	if err != nil {
		return rows{}, err
	}
	task, err := synthetic.New(kind, settings)
	if err != nil {
		return rows{}, err
	}
	if err := p.Lengths.Validate(); err != nil {
		return rows{}, err
	}
	training := synthetic.Rows{Task: task, Seed: int64(p.Recipe.Seed), Mix: p.Lengths}
	return rows{training, training.Validation(), task.Words(), synthetic.Version, ""}, task.CheckLength(p.Recipe.RowLength())
}
