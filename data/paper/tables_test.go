package paper

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/internal/shared"
)

func ExampleScore() {
	score, err := Score(Key{Table: 7, Model: "RWKV", Length: 4096})
	fmt.Println(score, err)
	score, err = Score(Key{Table: 3, Model: "RG", Depth: Average})
	fmt.Println(score, err)
	score, err = Score(Key{Table: 4, Model: "TPP", Length: 1024, Depth: 50, Format: "repeat-word-number"})
	fmt.Println(score, err)
	_, err = Score(Key{Table: 2, Model: "RG", Depth: 30})
	fmt.Println(err)
	// Output:
	// 53.6 <nil>
	// 56.59 <nil>
	// 33.2 <nil>
	// table 2 has no score of RG at depth 30; it has depth 0; depth 20; depth 40; depth 50; depth 60; depth 80; depth 100; the average
}

// Every row of numbers in the paper's text, in its order, is what the tables hold.
func TestTablesAreThePapersText(t *testing.T) {
	file, err := os.Open(filepath.Join(shared.Dir(t, "paper"), "paper.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var want []string
	row := regexp.MustCompile(`^(?:(Mamba2|M2A|TPP|RG|SL|RWKV|RG-IT|SL-IT) )?((?:1024 |2048 |4096 )?[0-9]+\.[0-9 .]+)$`)
	model := ""
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		m := row.FindStringSubmatch(lines.Text())
		if m == nil {
			// A row of Table 4 names its model before an integer length, or leaves both to the row above.
			m = regexp.MustCompile(`^(?:(Mamba2|M2A|TPP) )?((?:1024|2048|4096) [0-9 .]+)$`).FindStringSubmatch(lines.Text())
		}
		if m == nil {
			continue
		}
		if m[1] != "" {
			model = m[1]
		}
		for _, word := range strings.Fields(m[2]) {
			if strings.Contains(word, ".") {
				want = append(want, model+" "+word)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, table := range Tables() {
		for _, e := range table.Entries {
			text := strconv.FormatFloat(e.Score, 'f', -1, 64)
			if !strings.Contains(text, ".") {
				text += ".0"
			}
			got = append(got, e.Model+" "+text)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 881 {
		t.Errorf("%d scores:\n%s", len(got), diff)
	}
}

func TestEveryScoreIsFoundByItsKey(t *testing.T) {
	for _, table := range Tables() {
		for _, e := range table.Entries {
			got, err := Score(Key{Table: e.Table, Model: e.Model, Length: e.Length, Depth: e.Depth, Format: e.Format})
			if err != nil || got != e.Score {
				t.Errorf("%+v: got %v, %v", e, got, err)
			}
		}
	}
}

func TestScoreSaysWhatThereIs(t *testing.T) {
	for want, key := range map[string]Key{
		"no table 5 of scores; it has 1 to 4 and 6 to 18":                           {Table: 5, Model: "RG"},
		`unknown model "GPT-4"; known: M2A, Mamba2, RG, RG-IT, RWKV, SL`:            {Table: 1, Model: "GPT-4", Length: 1024},
		"table 4 has no row RG":                                                     {Table: 4, Model: "RG", Length: 1024, Format: "essay-word-number"},
		"table 1 has no score of RG at length 512; it has length 1024; length 2048": {Table: 1, Model: "RG", Length: 512},
	} {
		if _, err := Score(key); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", key, err, want)
		}
	}
}

func TestTableOfATask(t *testing.T) {
	if n, err := TableOf("niah_single_1"); n != 6 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if n, err := TableOf("qa_2"); n != 18 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if _, err := TableOf("ruler_aggregate"); err == nil || !strings.Contains(err.Error(), "known: cwe, fwe, ") {
		t.Errorf("got %v", err)
	}
}

func TestParseNamesTheLine(t *testing.T) {
	const head = "table,task,model,context_length,depth_percent,format,score\n"
	for want, text := range map[string]string{
		"line 2: ":                      head + "1,ruler_aggregate,RG,long,,,3\n",
		"line 3: ":                      head + "1,a,RG,1024,,,3\n1,a,RG,2048,,,three\n",
		"wrong number of fields":        head + "1,a,RG\n",
		"parse the paper's tables, lin": head + "one,a,RG,1024,,,3\n",
	} {
		if _, err := parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestTablesAreACopy(t *testing.T) {
	Tables()[0].Entries[0].Score = -1
	if got := Tables()[0].Entries[0].Score; got != 38.52 {
		t.Errorf("got %v, want 38.52", got)
	}
}
