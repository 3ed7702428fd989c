package synthetic

import (
	"math"
	"slices"
	"testing"

	"longseq/data"
)

// drawn are how many samples a share is counted over.
const drawn = 10_000

// bound is how far a share of so many samples may be from its expectation: four standard deviations, so that one test in
// 16,000 would fail by accident, and none does, since the samples are fixed.
func bound(p float64) float64 { return 4 * math.Sqrt(p*(1-p)/drawn) }

// questions draws the samples that shares are counted over.
func questions(t testing.TB, text string, length int) (*Task, []question) {
	task := taskOf(t, text)
	all := make([]question, drawn)
	for number := range all {
		all[number] = Samples{Task: task, Length: length, Depth: data.AnyDepth, Seed: 11}.question(number)
	}
	return task, all
}

// share is how often an answer is right.
func share(all []question, answer func(q question) []int32) float64 {
	right := 0
	for _, q := range all {
		if slices.Equal(answer(q), q.answer) {
			right++
		}
	}
	return float64(right) / float64(len(all))
}

// mostFrequentLabel answers what is right most often.
func mostFrequentLabel(all []question) float64 {
	counts := map[string]int{}
	most := 0
	for _, q := range all {
		key := string(runes(q.answer))
		counts[key]++
		most = max(most, counts[key])
	}
	return float64(most) / float64(len(all))
}

func runes(ids []int32) []rune {
	text := make([]rune, len(ids))
	for i, id := range ids {
		text[i] = '0' + id
	}
	return text
}

// lastValue answers the last run of tokens of answers in the prompt, at most as long as the longest answer.
func lastValue(all []question) float64 {
	values := map[int32]bool{}
	longest := 0
	for _, q := range all {
		longest = max(longest, len(q.answer))
		for _, id := range q.answer {
			values[id] = true
		}
	}
	return share(all, func(q question) []int32 {
		end := len(q.prompt)
		for end > 0 && !values[q.prompt[end-1]] {
			end--
		}
		begin := end
		for begin > 0 && end-begin < longest && values[q.prompt[begin-1]] {
			begin--
		}
		return q.prompt[begin:end]
	})
}

// onePlace answers the tokens that stand at one place of the prompt, the best one.
func onePlace(all []question) float64 {
	var best float64
	for at := range all[0].prompt {
		best = max(best, share(all, func(q question) []int32 {
			return q.prompt[min(at, len(q.prompt)):min(at+len(q.answer), len(q.prompt))]
		}))
	}
	return best
}

// mostCommon answers the value that the prompt gives to most keys or places, as only a reader of all of it can.
func mostCommon(task *Task, all []question) float64 {
	return share(all, func(q question) []int32 {
		given := map[string]string{} // values by keys
		switch m := task.maker.(type) {
		case noisyMaker:
			for at := 0; at+1 < len(q.prompt); at += 2 {
				if key := q.prompt[at]; int(key) < m.keys {
					given[string(key)] = string(runes(q.prompt[at+1 : at+2]))
				}
			}
		case compressionMaker:
			for at := range m.tokens {
				given[string(rune(at))] = string(runes(q.prompt[at : at+1]))
			}
		case fuzzyMaker:
			for at := 0; at < len(q.prompt); {
				end := at
				for end < len(q.prompt) && int(q.prompt[end])/m.tokens == 1 {
					end++
				}
				if end > at {
					given[string(rune(at))] = string(runes(q.prompt[at:end]))
				}
				at = end + 1
			}
		}
		counts, best := map[string]int{}, ""
		for _, value := range given {
			if counts[value]++; best == "" || counts[value] > counts[best] || counts[value] == counts[best] && value < best {
				best = value
			}
		}
		var ids []int32
		for _, r := range best {
			ids = append(ids, r-'0')
		}
		return ids
	})
}

// The shares are those of the tables in the kinds' comments: of the most frequent label, of the last value, of the value at one
// place, and of the best of all, which is chance.
func TestShortcutsAreRightAsOftenAsTheirCommentSays(t *testing.T) {
	for _, row := range []struct {
		text                       string
		length                     int
		label, last, place, chance float64
	}{
		{"mqar", 64, 1. / 64, 1. / 64, 1. / 8, 1. / 8},
		{"ngram-copying", 64, 1. / 26, 1. / 26, 0.056, 0.056},
		{"selective-copying", 64, 0, 0, 0, 0},
		{"induction-heads", 64, 1. / 15, 0.082, 0.082, 0.082},
		{"noisy-recall", 128, 1. / 8, 0.234, 0.2, 0.325},
		{"fuzzy-recall", 128, 1. / 21, 0.058, 0.058, 0.122},
		{"compression", 64, 1. / 16, 0.121, 0.121, 0.192},
		{"memorisation", 64, 1. / 64, 0, 0, 1. / 64},
		{"multi-hop", 64, 1. / 16, 1. / 4, 0.08, 1. / 4},
		{"most-frequent", 64, 1. / 16, 0.21, 0.21, 0.21},
		{"parity", 64, 1. / 2, 1. / 2, 1. / 2, 1. / 2},
		{"modular-addition", 64, 1. / 5, 1. / 5, 1. / 5, 1. / 5},
		{"permutations", 64, 1. / 6, 1. / 6, 1. / 6, 1. / 6},
		{"permutations objects=5", 64, 1. / 120, 1. / 120, 1. / 120, 1. / 120},
	} {
		task, all := questions(t, row.text, row.length)
		if chance := task.Chance(row.length); math.Abs(chance-row.chance) > 0.001 {
			t.Errorf("%s: chance is %.4f, want %.4f", row.text, chance, row.chance)
		}
		for _, b := range []struct {
			name        string
			right, want float64
		}{
			{"the most frequent label", mostFrequentLabel(all), row.label}, {"the last value", lastValue(all), row.last},
			{"the value at one place", onePlace(all), row.place},
		} {
			if math.Abs(b.right-b.want) > bound(b.want)+0.001 {
				t.Errorf("%s: %s is right in %.4f, want %.4f", row.text, b.name, b.right, b.want)
			}
			if b.right > row.chance+bound(row.chance)+0.001 {
				t.Errorf("%s: %s is right in %.4f, more than chance, %.4f", row.text, b.name, b.right, row.chance)
			}
		}
	}
}

func TestTheMostCommonValueIsRightAsOftenAsChance(t *testing.T) {
	for text, length := range map[string]int{"noisy-recall": 128, "noisy-recall keys=30 noise=50": 64, "fuzzy-recall": 128, "fuzzy-recall value=1": 60,
		"compression": 64, "compression tokens=40 kinds=3": 64} {
		task, all := questions(t, text, length)
		if got, want := mostCommon(task, all), task.Chance(length); math.Abs(got-want) > bound(want) {
			t.Errorf("%s, length %d: right in %.4f, chance is %.4f", text, length, got, want)
		}
	}
}

func TestModeIsTheMeanOfAllDraws(t *testing.T) {
	for _, row := range []struct{ n, kinds int }{{1, 3}, {2, 2}, {5, 3}, {4, 6}} {
		draws := 1
		for range row.n {
			draws *= row.kinds
		}
		var sum float64
		for draw := range draws { // every sequence of n kinds, as a number in that base
			counts := make([]int, row.kinds)
			for left, i := draw, 0; i < row.n; left, i = left/row.kinds, i+1 {
				counts[left%row.kinds]++
			}
			sum += float64(slices.Max(counts)) / float64(row.n) / float64(draws)
		}
		if got := mode(row.n, row.kinds); math.Abs(got-sum) > 1e-9 {
			t.Errorf("%d draws of %d kinds: %.12f, want %.12f", row.n, row.kinds, got, sum)
		}
	}
}
