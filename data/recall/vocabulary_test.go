package recall

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/data"
	"longseq/data/corpus"
)

// The most frequent words, counted another way: by regular expression, sorting and run lengths.
func TestVocabularyIsTheMostFrequentWords(t *testing.T) {
	words := regexp.MustCompile(`\p{L}+`).FindAllString(strings.ToLower(corpus.Opticks().Text), -1)
	sort.Strings(words)
	var runs []struct {
		word  string
		count int
	}
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && words[j] == words[i] {
			j++
		}
		runs = append(runs, struct {
			word  string
			count int
		}{words[i], j - i})
		i = j
	}
	sort.SliceStable(runs, func(i, j int) bool { return runs[i].count > runs[j].count })
	v := Opticks().Vocabulary()
	total := 0
	for i, word := range v.Words()[44:] {
		if runs[i].word != word {
			t.Errorf("word %d is %q, want %q", i, word, runs[i].word)
		}
		total += runs[i].count
	}
	if len(v.Words()) != 172 || v.Size() != 176 {
		t.Errorf("%d words, size %d; want 172, 176", len(v.Words()), v.Size())
	}
	if len(Opticks().essay) != total {
		t.Errorf("%d tokens of text, want %d", len(Opticks().essay), total)
	}
}

func TestVocabularyBeginsWithTheWordsOfTheTask(t *testing.T) {
	got := strings.Join(Opticks().Vocabulary().Words()[:44], " ")
	want := "needle query paris rome oslo lima cairo delhi tokyo quito hanoi accra dakar minsk sofia riga bern kyiv " +
		"fox owl cat dog hen pig cow bee ant bat elk yak ram cod eel jay 0 1 2 3 4 5 6 7 8 9"
	if got != want {
		t.Errorf("got %s", got)
	}
}

// encode returns the ids of the words of text.
func encode(t testing.TB, v *Vocabulary, text string) []int32 {
	t.Helper()
	var ids []int32
	for w := range strings.FieldsSeq(text) {
		id, ok := v.ids[w]
		if !ok {
			t.Fatalf("%q is not in the vocabulary", w)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestDecodeIsTheInverseOfEncode(t *testing.T) {
	v := Opticks().Vocabulary()
	for id, word := range v.Words() {
		if got := v.Decode([]int32{int32(id)}); got != word || v.ids[word] != int32(id) {
			t.Errorf("id %d is %q, and %q has id %d", id, got, word, v.ids[word])
		}
	}
	ids := encode(t, v, "  query rome\n3 8 1 ")
	if diff := cmp.Diff([]int32{1, 3, 37, 42, 35}, ids); diff != "" {
		t.Error(diff)
	}
	if got := v.Decode(ids); got != "query rome 3 8 1" {
		t.Errorf("got %q", got)
	}
	if got := v.Decode([]int32{171, 172, -1}); got != "sides <172> <-1>" {
		t.Errorf("got %q", got)
	}
}

func TestVocabularyOfTheUsersOwnText(t *testing.T) {
	t.Run("has all words of a small text and the noise sentence", func(t *testing.T) {
		v, err := newVocabulary("Straße, straße! Dog the needle; 42 query.")
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields("straße the blue glass green is sun water yellow")
		if diff := cmp.Diff(want, v.Words()[44:]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("of many words gives the rarest up for the noise sentence", func(t *testing.T) {
		var text strings.Builder
		for i := range 200 { // the i-th word comes 200-i times
			word := "w" + string(rune('a'+i/26)) + string(rune('a'+i%26))
			if i == 126 {
				word = "sun"
			}
			text.WriteString(strings.Repeat(word+" ", 200-i))
		}
		v, err := newVocabulary(text.String())
		if err != nil {
			t.Fatal(err)
		}
		words := v.Words()[44:]
		// 7 words of the sentence are missing: of the 128 most frequent, waa to wex, the 7 rarest but "sun" go.
		want := append(strings.Fields("wem wen weo wep sun"), strings.Fields("blue glass green is the water yellow")...)
		if diff := cmp.Diff(want, words[len(words)-12:]); diff != "" || len(words) != 128 {
			t.Errorf("%d words:\n%s", len(words), diff)
		}
	})
	t.Run("without words is refused", func(t *testing.T) {
		if _, err := newVocabulary("1234 -- 5678, needle cat"); err == nil {
			t.Error("no error")
		}
	})
}

func TestReadKeepsTheWordsThatModelsKnow(t *testing.T) {
	h, err := Read(corpus.Corpus{Name: "my.txt", Text: "The needle and the Kraken of Light."})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.vocabulary.Decode(h.essay); got != "the and the of light" {
		t.Errorf("got %q", got)
	}
	_, err = Read(corpus.Corpus{Name: "my.txt", Text: "Ζεύς"})
	if err == nil || err.Error() != "corpus my.txt: none of its words is among the 128 that the models know" {
		t.Errorf("got %v", err)
	}
	if h, err := Read(corpus.Opticks()); err != nil || h != Opticks() {
		t.Errorf("Opticks is read anew: %v", err)
	}
}

func FuzzVocabularyOfAnyTextMakesSamples(f *testing.F) {
	f.Add("The rays of light, the RAYS; needle 7 cat.")
	f.Add("İstanbul ﬀ ǅ sun")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := newVocabulary(text)
		if err != nil {
			return
		}
		h, err := newHaystack(v, corpus.Corpus{Name: "fuzz", Text: text})
		if err != nil {
			t.Fatalf("the vocabulary has words of the text, the haystack none: %v", err)
		}
		for _, format := range Formats {
			task, err := NewTask(h, Config{Format: format, Length: 64, Depth: data.AnyDepth})
			if err != nil {
				t.Fatal(err)
			}
			s, err := task.Sample(0)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(encode(t, v, s.Prompt), task.tokens(0).Prompt) {
				t.Fatalf("the tokens are not those of %s", s.Prompt)
			}
		}
	})
}
