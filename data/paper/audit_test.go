package paper

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/internal/shared"
)

// All that cannot be, listed by hand.
func TestFindings(t *testing.T) {
	want := []string{
		"2 Mamba2 row average 42.63 42.86",
		"2 M2A row average 35.26 34.00",
		"2 TPP row average 35.64 36.86",
		"3 Mamba2 row average 21.03 20.57",
		"3 M2A row average 27.07 30.17",
		"14 RWKV granularity 10.95 10.96",
		"16 RWKV granularity 43.42 43.47",
		"2 RG claim",    // lost in the middle
		"2 SL claim",    // lost in the middle
		"2 RG-IT claim", // lost in the middle
		"2 SL-IT claim", // lost in the middle
		"3 RG claim",    // no clear trend with depth
		"3 RG-IT claim", // no clear trend with depth
		"4  claim",      // one context length
		"4 TPP claim",   // favourable only at the training length
	}
	var got []string
	for _, c := range Audit().Findings() {
		line := fmt.Sprintf("%d %s %s", c.Table, c.Model, c.Kind)
		if c.Figure != nil {
			line += fmt.Sprintf(" %.2f %.2f", c.Printed, c.Recomputed)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What is not decidable, listed by hand.
func TestUndecided(t *testing.T) {
	want := []string{
		"Table 2, M2A, depth 100, format mean",
		"Table 1, RG, claim",     // greatest decline: the training length is not printed
		"Table 1, RG-IT, claim",  // the same
		"Table 1, Mamba2, claim", // what accuracy is not trivial
		"Table 2, RWKV, claim",   // lost in the middle by less than chance
		"Table 3, Mamba2, claim", // the same
		"Table 2, RG, claim",     // read at the training length
		"Table 2, RG-IT, claim",  // the same
	}
	var got []string
	for _, c := range Audit().with(Undecided) {
		head, _, _ := strings.Cut(c.String(), ": ")
		got = append(got, head)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The same figures by fractions and intervals, from the file as it is. A mean can be if the interval of
// the means of all values that are printed as the row's meets that of all values printed as the mean.
func TestMeansByFractions(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(tablesCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	half := big.NewRat(1, 200)
	sums, counts := map[string]*big.Rat{}, map[string]int64{}
	possible := map[string]bool{}
	add := func(key string, score *big.Rat) {
		if sums[key] == nil {
			sums[key] = new(big.Rat)
		}
		sums[key].Add(sums[key], score)
		counts[key]++
	}
	can := func(key string, score *big.Rat) bool {
		mean := new(big.Rat).Quo(sums[key], big.NewRat(counts[key], 1))
		low, high := new(big.Rat).Sub(mean, half), new(big.Rat).Add(mean, half)
		return new(big.Rat).Sub(score, half).Cmp(high) <= 0 && new(big.Rat).Add(score, half).Cmp(low) >= 0
	}
	for _, row := range rows[1:] {
		score, ok := new(big.Rat).SetString(row[6])
		if !ok {
			t.Fatalf("score %q", row[6])
		}
		key := row[0] + " " + row[2]
		if row[3] == "average" || row[4] == "average" {
			possible[key] = can(key, score)
			continue
		}
		add(key, score)
		if len(row[0]) > 1 || row[0] >= "6" {
			add("tasks "+row[2]+" "+row[3], score)
		}
	}
	for _, row := range rows[1:] {
		if row[0] == "1" && row[3] != "average" {
			score, _ := new(big.Rat).SetString(row[6])
			possible["1 "+row[2]+" length "+row[3]] = can("tasks "+row[2]+" "+row[3], score)
		}
	}
	checked := 0
	for _, c := range Audit().Checks {
		if c.Kind != RowAverage && c.Kind != Aggregate {
			continue
		}
		key := strings.TrimSpace(fmt.Sprintf("%d %s %s", c.Table, c.Model, c.Place))
		can, ok := possible[key]
		if !ok || can != (c.Verdict != CannotBe) {
			t.Errorf("%s: %v, fractions say possible: %v", key, c.Verdict, can)
		}
		checked++
	}
	if checked != 168 || len(possible) != 168 { // 16 tables of 8 averages, 8 rows of 5 lengths
		t.Errorf("checked %d of %d means, want 168", checked, len(possible))
	}
}

// Granularity by trying every number of right outcomes.
func TestGranularityByTryingAll(t *testing.T) {
	outcomes := map[int]int{2: 750, 3: 750, 12: 1000, 13: 1000, 14: 1250, 15: 2500, 16: 750}
	checked := 0
	for _, c := range Audit().Checks {
		if c.Kind != Granularity {
			continue
		}
		n := outcomes[c.Table]
		if n == 0 {
			n = 250
		}
		can := false
		for right := 0; right <= n && !can; right++ {
			// |100 right/n - printed| <= 1/200, in integers: printed is a whole number of hundredths.
			off := 20000*right - 2*int(c.Printed*100+0.5)*n
			can = -n <= off && off <= n
		}
		if can != (c.Verdict == Agrees) {
			t.Errorf("%s: %s, trying all says possible: %v", c, c.Verdict, can)
		}
		checked++
	}
	if checked != 713 { // 2 x 56, 81 and 13 x 40
		t.Errorf("checked %d scores, want 713", checked)
	}
}

func TestJudgeMeanKnowsWhatRoundingCanDo(t *testing.T) {
	for name, c := range map[string]struct {
		terms   []int
		printed int
		want    Verdict
	}{
		"the mean itself":                     {[]int{1, 2, 3}, 2, Agrees},
		"a half, rounded up":                  {[]int{1, 2}, 2, Agrees},
		"a half, rounded down":                {[]int{1, 2}, 1, Agrees},
		"rounded to the wrong side":           {[]int{1, 1, 2}, 2, Undecided}, // 1.33, at most 1.83
		"as far as rounded terms reach":       {[]int{1, 1}, 2, Undecided},    // 1.5 and 1.5
		"farther than rounded terms reach":    {[]int{1, 1, 1, 2}, 3, CannotBe},
		"one hundredth more is all it needs":  {[]int{10, 10, 10}, 12, CannotBe},
		"below the mean is like above":        {[]int{2, 2, 1}, 1, Undecided},
		"a negative distance out of reach":    {[]int{12, 12, 12}, 10, CannotBe},
		"one term, printed as it is":          {[]int{4452}, 4452, Agrees},
		"one term, printed as its neighbour":  {[]int{4452}, 4453, Undecided},
		"one term, printed as something else": {[]int{4452}, 4454, CannotBe},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := judgeMean(c.terms, c.printed); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestClearlyBelowNeedsTwoStandardErrors(t *testing.T) {
	// 50% and 60% of 100: the difference's standard error is 7.0 points; of 1,000: 2.2.
	if clearlyBelow(50, 60, 100) || !clearlyBelow(50, 60, 1000) || clearlyBelow(60, 50, 1000) || clearlyBelow(0, 0, 250) {
		t.Error("the margin is not two standard errors")
	}
}

func TestQuotesAreInThePaper(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(shared.Dir(t, "paper"), "paper.txt"))
	if err != nil {
		t.Fatal(err)
	}
	ours := regexp.MustCompile(`\[[^]]*\] ?`)
	for _, c := range Audit().Checks {
		if c.Kind == Claim && !strings.Contains(string(raw), ours.ReplaceAllString(c.Quote, "")) {
			t.Errorf("not in the paper: %q", c.Quote)
		}
	}
}

func TestFindingsAreJSONForPrograms(t *testing.T) {
	raw, err := json.Marshal(Audit().Findings()[0])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"table":2,"model":"Mamba2","kind":"row average","printed":42.63,`
	if !strings.HasPrefix(string(raw), want) {
		t.Errorf("got %s", raw)
	}
	if raw, err := json.Marshal((Report{}).Findings()); err != nil || string(raw) != "[]" {
		t.Errorf("no findings: got %s, %v; want an empty list", raw, err)
	}
}

func ExampleAudit() {
	report := Audit()
	fmt.Println(report.Count(RowAverage, Agrees), "row averages agree,", report.Count(RowAverage, CannotBe), "cannot be")
	fmt.Println(report.Findings()[4])
	fmt.Println(report.Findings()[5])
	// Output:
	// 123 row averages agree, 5 cannot be
	// Table 3, M2A, row average: the mean of the row's 7 scores is 30.171, and at least 30.166, at most 30.176 however these were rounded, but 27.07 is printed
	// Table 14, RWKV, length 16384, granularity: 10.95 is no multiple of 100/1250: the possible scores next to it are 10.88 and 10.96
}
