package synthetic

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"longseq/data"
)

// solvers answer a prompt from its words alone, each by the plainest way to read its kind's definition.
var solvers = map[string]func(words []string, length int) string{
	"mqar":    func(w []string, _ int) string { return w[slices.Index(w, w[len(w)-1])+1] },
	"copying": func(w []string, _ int) string { return strings.Join(w[1:len(w)-1], " ") },
	"ngram-copying": func(w []string, length int) string {
		bar := slices.Index(w, "|")
		text, gram := " "+strings.Join(w[1:bar], " "), " "+strings.Join(w[bar+1:], " ")
		after := strings.Fields(text[strings.Index(text, gram)+len(gram):])
		return strings.Join(after[:length-len(w)], " ")
	},
	"selective-copying": func(w []string, _ int) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(w), func(s string) bool { return s == "-" || s == "copy" }), " ")
	},
	"induction-heads": func(w []string, _ int) string { return w[slices.Index(w, "!")+1] },
	"noisy-recall":    func(w []string, _ int) string { return w[slices.Index(w, w[len(w)-1])+1] },
	"fuzzy-recall": func(w []string, _ int) string {
		// A key is a run of k words between values, a value a run of v words.
		var runs []string
		for i, s := range w {
			if i > 0 && w[i-1][0] == s[0] {
				runs[len(runs)-1] += " " + s
			} else {
				runs = append(runs, s)
			}
		}
		return runs[slices.Index(runs, runs[len(runs)-1])+1]
	},
	"compression": func(w []string, _ int) string {
		place, _ := strconv.Atoi(w[len(w)-1][1:])
		return w[place]
	},
	"multi-hop": func(w []string, _ int) string {
		name := w[len(w)-1]
		for name[0] == 'x' {
			for i := range w {
				if w[i] == name && w[i+1] == "=" {
					name = w[i+2]
					break
				}
			}
		}
		return name
	},
	"most-frequent": func(w []string, _ int) string {
		counts := map[string]int{}
		best := ""
		for _, s := range w {
			if counts[s]++; best == "" || counts[s] > counts[best] {
				best = s
			}
		}
		return best
	},
	"parity": func(w []string, _ int) string { return strconv.Itoa(strings.Count(strings.Join(w, ""), "1") % 2) },
	"modular-addition": func(w []string, _ int) string {
		sum := 0
		for _, s := range w {
			n, _ := strconv.Atoi(s)
			sum += n
		}
		return strconv.Itoa(sum % 5)
	},
	"permutations": func(w []string, _ int) string {
		out := ""
		for object := '1'; object <= '3'; object++ {
			at := object
			for _, p := range w {
				at = rune(p[at-'1'])
			}
			out += string(at)
		}
		return out
	},
}

func TestAnswersAreThoseThatTheWordsOfThePromptGive(t *testing.T) {
	for _, e := range examples {
		task := taskOf(t, e.text)
		if task.kind.Name == "memorisation" {
			continue // its answers stand in no prompt
		}
		for _, length := range []int{e.length, 40, 65} {
			for number := range 200 {
				s, err := Samples{Task: task, Length: length, Depth: data.AnyDepth, Seed: 5}.Sample(number)
				if err != nil {
					t.Fatal(err)
				}
				if got := solvers[task.kind.Name](strings.Fields(s.Prompt), length); got != s.Answers[0] {
					t.Fatalf("%s: %s\nanswer %q, want %q", e.text, s.Prompt, s.Answers[0], got)
				}
			}
		}
	}
}

// targetsOfRows calls check with each place of a row at which a loss is taken: the words up to there, and the target.
func targetsOfRows(t *testing.T, text string, length int, check func(words []string, target string)) {
	task := taskOf(t, text)
	const rows = 50
	tokens, targets := Rows{Task: task, Seed: 2}.Batch(0, 1, rows, length)
	for i, target := range targets {
		if target >= 0 {
			check(strings.Fields(task.decode(tokens[i/length*length:i+1])), task.words[target])
		}
	}
}

func TestTheLossOfARowIsOnWhatTheWordsBeforeGive(t *testing.T) {
	for text, length := range map[string]int{"mqar pairs=3 vocab=200": 40, "noisy-recall": 41, "multi-hop hops=1": 60, "parity": 30, "modular-addition": 30,
		"permutations": 30, "compression tokens=5": 33, "induction-heads": 20, "most-frequent": 30} {
		name, _, _ := strings.Cut(text, " ")
		targetsOfRows(t, text, length, func(words []string, target string) {
			if got := solvers[name](words, length); got != target {
				t.Fatalf("%s: %v: loss on %q, want %q", text, words, target, got)
			}
		})
	}
	// Of several tokens of an answer, the solver of its kind would give all: here the words themselves do, one later.
	for _, text := range []string{"copying", "fuzzy-recall", "noisy-recall", "selective-copying", "ngram-copying answer=3"} {
		task := taskOf(t, text)
		const length = 48
		tokens, targets := Rows{Task: task, Seed: 2}.Batch(0, 1, 50, length)
		for i, target := range targets {
			if target >= 0 && i%length < length-1 && tokens[i+1] != target {
				t.Fatalf("%s: loss on %s, and the row goes on with %s", text, task.words[target], task.words[tokens[i+1]])
			}
		}
	}
}

func TestFactsAreTheSameInAllRowsAndSamples(t *testing.T) {
	facts := map[string]string{}
	targetsOfRows(t, "memorisation keys=8", 40, func(words []string, target string) {
		key := words[len(words)-2]
		if facts[key] == "" {
			facts[key] = target
		}
		if facts[key] != target {
			t.Fatalf("%s is %s and %s", key, facts[key], target)
		}
	})
	if len(facts) != 8 {
		t.Errorf("%d keys, want 8", len(facts))
	}
	for _, text := range []string{"memorisation keys=8", "memorisation keys=8 facts=2"} {
		differ := 0
		for number := range 100 {
			s, err := Samples{Task: taskOf(t, text), Length: 11, Depth: data.AnyDepth, Seed: 9}.Sample(number)
			if err != nil {
				t.Fatal(err)
			}
			words := strings.Fields(s.Prompt)
			if facts[words[len(words)-2]] != s.Answers[0] {
				differ++
			}
		}
		if other := strings.Contains(text, "facts"); other != (differ > 0) {
			t.Errorf("%s: %d of 100 answers are other facts than those of the rows", text, differ)
		}
	}
}
