package texts

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"longseq/data/ruler/pyrandom"
)

// The self-made questions are about invented towns with three paragraphs each, all drawn from a seed. They
// replace SQuAD and HotpotQA where the user has neither.
const (
	madeSeed    = 1730
	madeTowns   = 210 // three paragraphs and four questions each
	distractors = 8   // documents of a two-step question beside the two that it needs
	twoStep     = 2   // two-step questions for each town
)

var (
	syllables = []string{"bar", "cal", "den", "el", "far", "gor", "hal", "ith", "jor", "kel", "lor", "mar", "nor", "ost", "pel", "quin", "ros", "sel", "tor", "ul", "ver", "wen", "yar", "zan"}
	endings   = []string{"ford", "mere", "wick", "holm", "dale", "stead", "burgh", "haven"}
	given     = []string{"Ada", "Bruno", "Clara", "Dario", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Leon", "Marta", "Nils", "Olga", "Pavel", "Runa", "Silas", "Tilda", "Viktor"}
	trades    = []string{"glassblowing", "bell founding", "rope making", "paper making", "weaving", "clock making", "salt panning", "tanning", "ship building", "printing"}
	rivers    = []string{"Arl", "Brenn", "Cost", "Drave", "Eyre", "Fenn", "Glaan", "Hove", "Isk", "Jarl", "Lune", "Morr"}
	works     = []string{"bridge", "library", "observatory", "lighthouse", "theatre", "aqueduct", "market hall", "windmill"}
)

// town is an invented town.
type town struct {
	name, river, trade, founder, work, builder string
	founded, built, people                     int
}

var madeTownList = sync.OnceValue(func() []town {
	r := pyrandom.New(madeSeed)
	pick := func(list []string) string { return list[r.Choice(len(list))] }
	name := func() string {
		s := pick(syllables) + pick(syllables)
		return strings.ToUpper(s[:1]) + s[1:]
	}
	seen := map[string]bool{}
	unique := func(make func() string) string {
		for {
			if s := make(); !seen[s] {
				seen[s] = true
				return s
			}
		}
	}
	var towns []town
	for range madeTowns {
		t := town{
			name:    unique(func() string { return name() + pick(endings) }),
			founder: unique(func() string { return pick(given) + " " + name() }),
			builder: unique(func() string { return pick(given) + " " + name() }),
			river:   pick(rivers), trade: pick(trades), work: pick(works),
			founded: int(r.Int(1050, 1650)), people: int(r.Int(2000, 90000)),
		}
		t.built = t.founded + int(r.Int(20, 250))
		towns = append(towns, t)
	}
	return towns
})

func (t town) history() string {
	return fmt.Sprintf("%s is a town on the river %s. It was founded in %d by %s, who had come down the valley with forty families after a hard winter. The first houses stood on the western bank, where the ground is dry even in spring, and the oldest street still follows the line of the wooden wall. For its first century the town paid its dues in grain and wool.", t.name, t.river, t.founded, t.founder)
}

func (t town) economy() string {
	return fmt.Sprintf("The economy of %s rests on %s, which the guild of the town has kept since it was given its charter. About %d people live there. Every autumn the workshops open their doors for nine days, and buyers come from as far as the coast. The school that trains the apprentices takes no fees, but its pupils must stay for three years.", t.name, t.trade, t.people)
}

func (t town) landmark() string {
	return fmt.Sprintf("The best known building of %s is its %s, built in %d after plans by %s. It was damaged twice by fire and repaired each time with stone from the same quarry. Visitors may climb it on Sundays, and on clear days the hills beyond the %s can be seen from the top.", t.name, t.work, t.built, t.builder, t.river)
}

// selfMadeArticles returns the built-in data set in the form of SQuAD: a question with its paragraph and the
// other paragraphs of the article.
var selfMadeArticles = sync.OnceValue(func() *QA {
	var all []string
	for _, t := range madeTownList() {
		all = append(all, t.history(), t.economy(), t.landmark())
	}
	documents, places := index(all)
	qa := &QA{Documents: documents}
	for _, t := range madeTownList() {
		article := []int{places[t.history()], places[t.economy()], places[t.landmark()]}
		ask := func(paragraph int, query, answer string) {
			var more []int
			for i, place := range article {
				if i != paragraph {
					more = append(more, place)
				}
			}
			qa.Questions = append(qa.Questions, Question{Query: query, Answers: []string{answer}, Own: article[paragraph : paragraph+1], More: more})
		}
		ask(0, "Who founded "+t.name+"?", t.founder)
		ask(0, "In which year was "+t.name+" founded?", fmt.Sprint(t.founded))
		ask(1, "What does the economy of "+t.name+" rest on?", t.trade)
		ask(2, "After whose plans was the "+t.work+" of "+t.name+" built?", t.builder)
	}
	return qa
})

// selfMadePairs returns the built-in data set in the form of HotpotQA: a question that needs two documents, with
// eight others.
var selfMadePairs = sync.OnceValue(func() *QA {
	towns := madeTownList()
	var all []string
	for _, t := range towns {
		all = append(all, t.name+"\n"+t.history(), t.trade+" in "+t.name+"\n"+t.economy(), "The "+t.work+" of "+t.name+"\n"+t.landmark())
	}
	documents, places := index(all)
	qa := &QA{Documents: documents}
	r := pyrandom.New(madeSeed)
	at := func(town, paragraph int) int { return places[all[3*town+paragraph]] }
	for i, t := range towns {
		for second := range twoStep {
			q := Question{}
			if second == 0 {
				q.Query = fmt.Sprintf("Who planned the best known building of the town that %s founded?", t.founder)
				q.Answers = []string{t.builder}
				q.Own = []int{at(i, 0), at(i, 2)}
			} else {
				q.Query = fmt.Sprintf("What does the economy of the town rest on whose %s was built after plans by %s?", t.work, t.builder)
				q.Answers = []string{t.trade}
				q.Own = []int{at(i, 2), at(i, 1)}
			}
			q.Needed = slices.Clone(q.Own)
			for len(q.Own) < 2+distractors {
				if other := r.Choice(len(towns)); other != i {
					q.Own = append(q.Own, at(other, r.Choice(3)))
				}
			}
			qa.Questions = append(qa.Questions, q)
		}
	}
	return qa
})
