package texts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"longseq/data/ruler/datafile"
)

// Question is a question over some documents. Documents are given by their index in QA.Documents.
type Question struct {
	Query   string
	Answers []string
	Own     []int // the documents that the question comes with
	Needed  []int // those of Own that answer it; empty where that is not known
	More    []int // other documents of the same article, which RULER takes before all others
}

// QA is a data set of questions over a list of documents.
type QA struct {
	Documents []string // distinct and sorted
	Questions []Question
}

// index numbers the distinct documents in sorted order.
func index(all []string) (documents []string, places map[string]int) {
	documents = slices.Clone(all)
	slices.Sort(documents)
	documents = slices.Compact(documents)
	places = make(map[string]int, len(documents))
	for i, document := range documents {
		places[document] = i
	}
	return documents, places
}

// parseSQuAD reads the form of SQuAD 2.0. Questions marked impossible are left out.
func parseSQuAD(content []byte) (*QA, error) {
	var file struct {
		Data []struct {
			Paragraphs []struct {
				Context string
				QAs     []struct {
					Question   string
					Impossible bool `json:"is_impossible"`
					Answers    []struct{ Text string }
				}
			}
		}
	}
	if err := datafile.UnmarshalJSON(content, &file); err != nil {
		return nil, err
	}
	var all []string
	for _, article := range file.Data {
		for _, paragraph := range article.Paragraphs {
			all = append(all, paragraph.Context)
		}
	}
	documents, places := index(all)
	qa := &QA{Documents: documents}
	for _, article := range file.Data {
		var ofArticle []int
		for _, paragraph := range article.Paragraphs {
			ofArticle = append(ofArticle, places[paragraph.Context])
		}
		for i, paragraph := range article.Paragraphs {
			own := ofArticle[i]
			more := slices.DeleteFunc(slices.Clone(ofArticle), func(place int) bool { return place == own })
			for _, question := range paragraph.QAs {
				if question.Impossible {
					continue
				}
				var answers []string
				for _, answer := range question.Answers {
					answers = append(answers, answer.Text)
				}
				if len(answers) == 0 {
					return nil, fmt.Errorf("question %q has no answers", question.Question)
				}
				qa.Questions = append(qa.Questions, Question{Query: question.Question, Answers: answers, Own: []int{own}, More: more})
			}
		}
	}
	return qa, qa.check()
}

// parseHotpotQA reads the form of HotpotQA. A document is its title, a newline and its sentences.
func parseHotpotQA(content []byte) (*QA, error) {
	var file []struct {
		Question, Answer string
		Context          []hotpotDocument
		Supporting       [][]any `json:"supporting_facts"` // [title, sentence]
	}
	if err := datafile.UnmarshalJSON(content, &file); err != nil {
		return nil, err
	}
	var all []string
	for _, question := range file {
		for _, document := range question.Context {
			all = append(all, string(document))
		}
	}
	documents, places := index(all)
	qa := &QA{Documents: documents}
	for _, question := range file {
		q := Question{Query: question.Question, Answers: []string{question.Answer}}
		for _, document := range question.Context {
			place := places[string(document)]
			q.Own = append(q.Own, place)
			title, _, _ := strings.Cut(string(document), "\n")
			if slices.ContainsFunc(question.Supporting, func(fact []any) bool { return len(fact) > 0 && fact[0] == title }) {
				q.Needed = append(q.Needed, place)
			}
		}
		qa.Questions = append(qa.Questions, q)
	}
	return qa, qa.check()
}

// hotpotDocument is the text of a document given as [title, [sentence, ...]].
type hotpotDocument string

func (d *hotpotDocument) UnmarshalJSON(text []byte) error {
	var title string
	var sentences []string
	pair := []any{&title, &sentences}
	if err := json.Unmarshal(text, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("a document of %d parts, want a title and a list of sentences", len(pair))
	}
	*d = hotpotDocument(title + "\n" + strings.Join(sentences, ""))
	return nil
}

// check returns an error for a data set without documents or questions.
func (qa *QA) check() error {
	if len(qa.Documents) == 0 || len(qa.Questions) == 0 {
		return fmt.Errorf("%d documents and %d questions: want some of each", len(qa.Documents), len(qa.Questions))
	}
	return nil
}
