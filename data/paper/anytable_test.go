package paper

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestAnybodysTableIsAudited(t *testing.T) {
	table, err := ReadTable(strings.NewReader(`model,condition,score,n,answers,average
# one row is right
good,1024,99.6,250,,
good,2048,50.0%,250,,no
good,average,74.8,,,
wrong,1024,10.95,250,1,
wrong,2048,10.95,250,10,
wrong,average,12.00,,,
odd,1024,101,100,,
rising,1024,3.2,250,,
rising,2048,45.2,250,,
"` + "rest\x1b[31m" + `",all,50,,,
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range AuditTable(table).Findings() {
		got = append(got, fmt.Sprintf("%s %s %s %s", c.Model, c.Place, c.Kind, c.Verdict))
	}
	want := []string{
		"wrong 1024 granularity cannot be", // 27 and 28 of 250 are 10.8 and 11.2
		"wrong 2048 granularity cannot be", // 273 and 274 of 2500 are 10.92 and 10.96
		"odd 1024 impossible cannot be",
		"wrong average row average cannot be",
		"rising 2048 monotonicity unlikely",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if text := AuditTable(table).String(); strings.Contains(text, "\x1b") || !strings.Contains(text, "rising, 2048, monotonicity: 3.2 at 1024 and 45.2 at 2048") {
		t.Errorf("text %q", text)
	}
}

// The paper's own tables, as anybody's, give the same granularities and averages as its audit.
func TestThePapersTablesAuditAsAnybodys(t *testing.T) {
	for _, table := range tables {
		if table.Number == 4 {
			continue // it has no averages, and several scores of a length
		}
		text := "model,condition,score,n,answers,average\n"
		for _, e := range table.Entries {
			n, answers := fmt.Sprint(samplesOf(e.Table)), fmt.Sprint(max(1, answers[table.Task]))
			if e.Table == 1 {
				n, answers = "", "" // means of tasks
			}
			text += fmt.Sprintf("%s,%d,%.2f,%s,%s,%t\n", e.Model, max(e.Length, e.Depth), e.Score, n, answers, e.IsAverage())
		}
		rows, err := ReadTable(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		count := func(r Report, kind string) (n int) {
			for _, c := range r.with(CannotBe) {
				if c.Kind == kind && (c.Table == 0 || c.Table == table.Number) {
					n++
				}
			}
			return n
		}
		for _, kind := range []string{RowAverage, Granularity} {
			if got, want := count(AuditTable(rows), kind), count(Audit(), kind); got != want {
				t.Errorf("table %d: %d findings of %s, the audit has %d", table.Number, got, kind, want)
			}
		}
	}
}

func TestATableThatCannotBeReadIsOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "the table is empty",
		"model,score\n":                      "line 1: no column condition",
		"model,condition,score\n":            "the table has no rows",
		"model,condition,score\na,b,x\n":     `line 2: score "x" is no number`,
		"model,condition,score\na,b,NaN\n":   "line 2: score",
		"model,condition,score,n\na,b,1,0\n": `line 2: n is "0"; want a whole number`,
		"model,condition,score,average\na,b,1,perhaps\n": `line 2: average is "perhaps"; want yes or no`,
		"model,condition,score\na,b\n":                   "wrong number of fields",
		"model,condition,score,score\na,b,1,2\n":         "line 1: the column score is there twice",
		"model,condition,score\n\"a,b,1\n":               "quote",
	} {
		if _, err := ReadTable(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v, want one that says %s", text, err, want)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add("model,condition,score,n,answers,average\na,1024,99.6,250,1,no\na,average,1e300,,,yes\n")
	f.Add("model,condition,score\n\"a\nb\",Inf,-0.0%\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := ReadTable(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, c := range AuditTable(table).Checks {
			if c.Verdict == "" || c.Explanation == "" || strings.ContainsAny(c.String(), "\x1b\x00") {
				t.Errorf("check %+v", c)
			}
		}
	})
}

// What chance hardly gives in the paper's tables, listed by hand.
func TestUnlikely(t *testing.T) {
	var cwe, depths []string
	others := 0
	for _, c := range AuditAll().with(Unlikely) {
		switch {
		case c.Kind == Neighbours:
			depths = append(depths, fmt.Sprintf("%d %s %s", c.Table, c.Model, c.Place))
		case c.Table == 15 && c.Place == "length 4096":
			cwe = append(cwe, c.Model)
		default:
			others++
		}
	}
	if want := []string{"RG", "SL", "RWKV", "RG-IT", "SL-IT"}; !slices.Equal(cwe, want) {
		t.Errorf("cwe rises at 4096 tokens in %v, want %v", cwe, want)
	}
	for _, want := range []string{"2 RWKV depth 0", "2 RWKV depth 50", "3 RWKV depth 0", "3 RWKV depth 50"} {
		if !slices.Contains(depths, want) {
			t.Errorf("%v, want %s among them", depths, want)
		}
	}
	t.Logf("%d other rises; dips %v", others, depths)
}

func TestTheAuditKeepsItsKindsWithoutTheNewOnes(t *testing.T) {
	if n := len(AuditAll().Checks) - len(Audit().Checks); n != 14*8*4+2*8*7 {
		t.Errorf("%d new checks", n)
	}
	for _, c := range Audit().Checks {
		if c.Kind == Monotonicity || c.Kind == Neighbours || c.RestsOn != "" || c.Verdict == Unlikely {
			t.Errorf("%+v", c)
		}
	}
}

func TestClaimsOnThePapersOwnNumbersAreTheAudits(t *testing.T) {
	var want []Check
	for _, c := range Audit().Checks {
		if c.Kind == Claim {
			want = append(want, c)
		}
	}
	got := ClaimsOn(Tables())
	if len(got) != len(want) || len(got) != 48 {
		t.Fatalf("%d claims, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].String() != want[i].String() {
			t.Errorf("%s\nwant\n%s", got[i], want[i])
		}
	}
	some := Tables()[:1]
	some[0].Entries = some[0].Entries[1:]
	if got := ClaimsOn(some); len(got) > 0 {
		t.Errorf("%d claims on a table that lacks a score", len(got))
	}
}
