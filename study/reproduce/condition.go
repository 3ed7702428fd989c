package reproduce

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"longseq/data/corpus"
	"longseq/data/published"
	"longseq/data/ruler"
	"longseq/data/ruler/texts"
	"longseq/lcmodels"
	"longseq/study"
	"longseq/study/models"
)

// conditions are what is known, from a store's plan alone, to move a model's scores away from the paper's.
type conditions struct {
	plan   study.Resolved
	name   string // of the model in the plan
	model  published.Model
	texts  map[string][]string // SHA-256 of the published forms of texts, by content
	inTask map[string]string   // versions of tasks, by name
}

func conditionsOf(plan study.Resolved, name string, m published.Model) (conditions, error) {
	c := conditions{plan: plan, name: name, model: m, inTask: map[string]string{}}
	for _, t := range plan.Tasks {
		c.inTask[t.Name] = t.Version
	}
	var err error
	c.texts, err = publishedTexts()
	return c, err
}

// publishedTexts returns the SHA-256 of the published forms of texts, by content.
var publishedTexts = sync.OnceValues(func() (map[string][]string, error) {
	sources, err := texts.Open("", "")
	if err != nil {
		return nil, err
	}
	digests := map[string][]string{}
	for _, f := range sources.Files() {
		digests[f.Name] = f.PublishedSHA256
	}
	return digests, nil
})

// why says why records of a task are not comparable with the paper's, or "".
func (c conditions) why(task string, records []*study.Record) string {
	version := c.inTask[task]
	switch {
	case !strings.Contains(version, ", ruler "+string(ruler.V2024)+","):
		return "RULER's version: the paper's is " + string(ruler.V2024)
	case !strings.Contains(version, ", "+models.OwnTemplate+","):
		return "template: it is one for all models"
	}
	if is, want := c.template(), published.TemplateOf(c.model.Hub); is != want && (is != "base" || slices.Contains(ruler.TemplateNames(ruler.V2024), want)) {
		return fmt.Sprintf("template: %s, and the published model's is %s", is, want)
	}
	if why := c.text(task, version); why != "" {
		return why
	}
	for _, r := range records {
		switch {
		case r.SampleVariant != "":
			return "samples: RULER makes no such ones, " + r.Task + " was " + r.SampleVariant
		case r.Extend != "":
			return "positions: " + r.Extend
		}
	}
	return ""
}

// template returns the name of RULER's template in which the model was asked.
func (c conditions) template() string {
	if t := c.plan.Plan.Manners[c.name].Template; t != "" {
		return t
	}
	return "base"
}

// text says which of a task's texts are not RULER's own, or "".
func (c conditions) text(task, version string) string {
	digest := func(content string) string {
		_, rest, _ := strings.Cut(version, ", "+content+" ")
		d, _, _ := strings.Cut(rest, ",")
		return d
	}
	t, err := ruler.TaskNamed(task)
	needsEssay := err != nil || t.Kind == ruler.Needles && t.Haystack == ruler.Essay // a single needle may stand in any haystack
	switch {
	case c.plan.Corpus != corpus.Opticks().Digest:
		return "texts: the haystack is a file of one's own"
	case needsEssay && digest("essay") == "":
		return "texts: the haystack is built in, not RULER's essays"
	case err == nil && t.Kind == ruler.Questions:
		switch d := digest(t.Dataset); {
		case d == "":
			return "texts: the questions are built in, not RULER's"
		case !slices.Contains(c.texts[t.Dataset], d):
			return fmt.Sprintf("texts: %s is another file than the published one: %.16s", t.Dataset, d)
		}
	}
	return ""
}

// held returns the conditions that hold for a model and on which a published number may rest, in words.
func (c conditions) held(by study.ComputedBy) string {
	m := c.plan.Plan.Manners[c.name]
	quirk, dots := m.Quirk, m.Dots
	if quirk == "" {
		quirk = "none"
	}
	if dots == "" {
		dots = "f32"
	}
	text := fmt.Sprintf("RULER %s, template %s, quirk %s, products %s", c.plan.Plan.Ruler, c.template(), quirk, dots)
	if by != (study.ComputedBy{}) {
		text += ", computed by " + by.String()
	}
	return text
}

// A Change is a way in which a score could be asked again, since published numbers may rest on it.
type Change struct {
	Name string `json:"name"` // "quirk transformers-2024"
	Why  string `json:"why"`

	manner study.Manner
}

// changes returns what could be tried to explain a difference at a length.
func (c conditions) changes(length int) []Change {
	held := c.plan.Plan.Manners[c.name]
	var list []Change
	quirk := func(q lcmodels.Quirk, why string) {
		if held.Quirk != string(q) {
			m := held
			m.Quirk = string(q)
			list = append(list, Change{"quirk " + string(q), why, m})
		}
	}
	switch {
	case c.model.Architecture == "griffin" && length > 2048:
		quirk(lcmodels.Transformers2024, "transformers 4.40 to 4.48 read prompts beyond the window otherwise")
	case c.model.Architecture == "mamba2attn":
		quirk(lcmodels.MambaSSMDecode, "mamba_ssm's cached decode of hybrids goes wrong after the first token")
	}
	if held.Dots == "" {
		m := held
		m.Dots = "bf16"
		list = append(list, Change{"products bf16", "evaluations on GPUs mostly multiply in bfloat16", m})
	}
	return list
}
