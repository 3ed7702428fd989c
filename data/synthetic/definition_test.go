package synthetic

import (
	"math"
	"slices"
	"testing"

	"longseq/data"
)

// checkCounts compares counts with what a formula expects, by Pearson's statistic: five standard deviations over its mean are
// too many.
func checkCounts(t *testing.T, what string, counts []int, probability func(i int) float64) {
	t.Helper()
	var total, statistic, left float64
	for _, n := range counts {
		total += float64(n)
	}
	freedom := -1.0
	rest := 0
	for i, n := range counts {
		left += probability(i) * total
		rest += n
		if left < 5 { // rare ones count together
			continue
		}
		statistic += (float64(rest) - left) * (float64(rest) - left) / left
		freedom++
		left, rest = 0, 0
	}
	if freedom < 1 || statistic > freedom+5*math.Sqrt(2*freedom) {
		t.Errorf("%s: %v are not as likely as they should be: %.1f with %.0f degrees of freedom", what, counts, statistic, freedom)
	}
}

func even(n int) func(int) float64 { return func(int) float64 { return 1 / float64(n) } }

// random returns the draws of a test.
func random(name string, number int) drawer {
	return drawer{data.Stream("test", name, number), data.AnyDepth}
}

func TestQueriesFollowThePowerLawOfGaps(t *testing.T) {
	for _, power := range []float64{0.01, 0.3, 1} {
		const slots = 28
		p := make([]float64, slots) // a·g^(a-1) over its sum, as in the source
		var sum float64
		for i := range p {
			p[i] = power * math.Pow(float64(i+1), power-1)
			sum += p[i]
		}
		first, either := make([]int, slots), make([]int, slots)
		for number := range drawn {
			chosen := mqarMaker{power: power}.slots(random("slots", number), 2, slots)
			first[chosen[0]]++
			either[chosen[0]]++
			either[chosen[1]]++
		}
		checkCounts(t, "first slots", first, func(i int) float64 { return p[i] / sum })
		checkCounts(t, "slots of both, half of their probability", either, func(i int) float64 {
			second := 0.0 // drawn without repetition
			for j := range p {
				if j != i {
					second += p[j] / sum * p[i] / (sum - p[j])
				}
			}
			return (p[i]/sum + second) / 2
		})
	}
}

func TestRowsOfMQARAskForEveryKeyOnce(t *testing.T) {
	task := taskOf(t, "mqar pairs=4 vocab=32")
	const length = 32
	keys, values, filler := make([]int, 32), make([]int, 32), make([]int, 32)
	tokens, targets := Rows{Task: task, Seed: 1}.Batch(0, 1, drawn/4, length)
	for row := range drawn / 4 {
		tokens, targets := tokens[row*length:][:length], targets[row*length:][:length]
		asked := 0
		for at := range tokens {
			switch {
			case at < 8 && at%2 == 0:
				keys[tokens[at]]++
				values[tokens[at+1]]++
			case at >= 8 && targets[at] >= 0:
				i := slices.Index(tokens[:8], tokens[at])
				if i < 0 || i%2 == 1 || tokens[i+1] != targets[at] || at%2 == 1 {
					t.Fatalf("row %v: loss on %d at %d", tokens, targets[at], at)
				}
				asked++
			case at >= 8:
				filler[tokens[at]]++
			}
		}
		if asked != 4 {
			t.Fatalf("row %v: %d queries, want 4", tokens, asked)
		}
	}
	checkCounts(t, "keys", keys[1:16], even(15))
	checkCounts(t, "values", values[16:], even(16))
	checkCounts(t, "what stands in no query", filler, even(32))
}

func TestAnswersAndPlacesAreAsLikely(t *testing.T) {
	for _, row := range []struct {
		text           string
		length         int
		first, answers int // id of the first answer, and how many there are
		step, places   int // what is asked for stands at the token from, or any number of steps behind it
		from           int
	}{
		{"mqar pairs=4 vocab=32", 32, 16, 16, 2, 4, 0},
		{"ngram-copying letters=8 n=4", 47, 0, 8, 1, 36, 1},
		{"induction-heads", 43, 0, 15, 1, 40, 0},
		{"compression", 40, 0, 16, 1, 16, 0},
		{"noisy-recall", 64, 8, 8, 0, 0, 0},
		{"memorisation", 20, 64, 64, 0, 0, 0},
		{"multi-hop", 64, 32, 16, 0, 0, 0},
		{"most-frequent", 40, 0, 16, 0, 0, 0},
		{"parity", 33, 0, 2, 0, 0, 0},
		{"modular-addition", 33, 0, 5, 0, 0, 0},
		{"permutations", 33, 0, 6, 0, 0, 0},
		{"permutations objects=5", 33, 0, 120, 0, 0, 0},
	} {
		_, all := questions(t, row.text, row.length)
		answers, places := make([]int, row.answers), make([]int, row.places)
		for _, q := range all {
			answers[int(q.answer[0])-row.first]++
			if row.step > 0 {
				places[(q.at-row.from)/row.step]++
			}
		}
		checkCounts(t, row.text+": answers", answers, even(row.answers))
		if row.step > 0 {
			checkCounts(t, row.text+": places", places, even(row.places))
		}
	}
}

func TestStringsOfARowHaveAnyLength(t *testing.T) {
	task := taskOf(t, "copying letters=4")
	lengths, letters := make([]int, 11), make([]int, 4)
	for number := range drawn {
		tokens, targets := make([]int32, 25), slices.Repeat([]int32{-1}, 25)
		task.maker.fill(random("copying", number), tokens, targets)
		n := slices.Index(tokens, 5) - 1 // the first string, of 4 to 11 letters
		lengths[n-4]++
		for _, letter := range tokens[1 : n+1] {
			letters[letter]++
		}
	}
	checkCounts(t, "lengths", lengths[:8], even(8))
	checkCounts(t, "letters", letters, even(4))
}

func TestPlacesAmongBlanksAreAsLikely(t *testing.T) {
	const length, tokens = 24, 3
	const size = length - tokens - 1
	_, all := questions(t, "selective-copying tokens=3 kinds=4", length)
	first := make([]int, size)
	for _, q := range all {
		first[q.at]++
	}
	choose := func(n, k int) float64 { // binomial coefficient
		c := 1.0
		for i := range k {
			c *= float64(n-i) / float64(i+1)
		}
		return c
	}
	checkCounts(t, "first places", first, func(i int) float64 { return choose(size-1-i, tokens-1) / choose(size, tokens) })
}

func TestNoiseHasItsShare(t *testing.T) {
	const slots = 31
	noise, keys := make([]int, 2), make([]int, 8)
	_, all := questions(t, "noisy-recall noise=40", 2*slots+2)
	for _, q := range all {
		for at := 0; at < 2*slots; at += 2 {
			if q.prompt[at] < 8 {
				keys[q.prompt[at]]++
				noise[0]++
			} else {
				noise[1]++
			}
		}
	}
	share := 0.4 * (slots - 1) / slots // one pair is none
	checkCounts(t, "keys", keys, even(8))
	checkCounts(t, "noise", noise, func(i int) float64 { return []float64{1 - share, share}[i] })
}

func TestSizesOfKeysAndValuesAreAsLikely(t *testing.T) {
	m := fuzzyMaker{tokens: 7, key: 3, value: 2}
	keys, values, tokens := make([]int, 3), make([]int, 2), make([]int, 7)
	for number := range drawn {
		pair := m.pairs(random("fuzzy", number), 30, 1)[0]
		keys[len(pair.key)-1]++
		values[len(pair.value)-1]++
		for i, id := range pair.key {
			tokens[id]++
			if slices.Contains(pair.key[:i], id) {
				t.Fatalf("key %v has a token twice", pair.key)
			}
		}
	}
	checkCounts(t, "keys", keys, even(3))
	checkCounts(t, "values", values, even(2))
	checkCounts(t, "tokens", tokens, even(7))
}

func TestInterleavingsOfChainsAreAsLikely(t *testing.T) {
	m := hopMaker{chains: 2, hops: 1, names: 8, values: 4}
	counts := map[string]int{}
	starts := make([]int, 4) // blanks before the first statement
	for number := range drawn {
		tokens := make([]int32, 15)
		c := m.assign(random("hops", number), tokens)
		order := ""
		starts[slices.IndexFunc(tokens, func(id int32) bool { return id != m.blank() })]++
		for at, id := range tokens {
			for chain := range c.names {
				if id == m.equals() && slices.Contains(c.names[chain], tokens[at-1]) {
					order += string(rune('a' + chain))
				}
			}
		}
		counts[order]++
	}
	var list []int
	for _, n := range counts {
		list = append(list, n)
	}
	if len(list) != 6 {
		t.Fatalf("%d interleavings, want 6: %v", len(list), counts)
	}
	checkCounts(t, "interleavings", list, even(6))
	// Of 7 statements and blanks, 4 are statements: the first one is behind i blanks.
	checkCounts(t, "first statements", starts, func(i int) float64 { return []float64{20, 10, 4, 1}[i] / 35 })
}

func TestTheMostFrequentWordHasItsShare(t *testing.T) {
	for _, row := range []struct {
		text                   string
		length, common, others int
	}{{"most-frequent", 102, 20, 6}, {"most-frequent kinds=4 share=1", 42, 11, 10}, {"most-frequent kinds=2 share=51", 12, 6, 4}, {"most-frequent", 3, 1, 0}} {
		_, all := questions(t, row.text, row.length)
		for _, q := range all[:50] {
			counts := map[int32]int{}
			for _, id := range q.prompt[:len(q.prompt)-1] {
				counts[id]++
			}
			if counts[q.answer[0]] != row.common {
				t.Fatalf("%s: %v: the answer stands %d times, want %d", row.text, q.prompt, counts[q.answer[0]], row.common)
			}
			delete(counts, q.answer[0])
			for id, n := range counts {
				if n > row.others {
					t.Fatalf("%s: %v: %d stands %d times, want at most %d", row.text, q.prompt, id, n, row.others)
				}
			}
		}
	}
}

func TestPermutationsAreAGroup(t *testing.T) {
	for objects, size := range map[int]int{2: 2, 3: 6, 4: 24, 5: 120} {
		all := allPermutations(objects)
		if len(all) != size {
			t.Errorf("%d permutations of %d objects, want %d", len(all), objects, size)
		}
		for _, p := range all {
			if string(after(all[0], p)) != string(p) || string(after(p, all[0])) != string(p) {
				t.Errorf("%s does not begin with the identity: %s", all[0], p)
			}
		}
		if objects > 2 && string(after(all[1], all[2])) == string(after(all[2], all[1])) {
			t.Errorf("%s and %s commute", all[1], all[2])
		}
	}
}
