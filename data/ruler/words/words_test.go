package words

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longseq/internal/shared"
)

// The digests are of "\n".join(...) of what Python's set and sorted made of the same files.
func TestListsAreWhatPythonSorts(t *testing.T) {
	for _, c := range []struct {
		version    string
		all, pairs int
		allSHA256  string
		pairSHA256 string
	}{
		{V220, 8169, 6175260, "d6df582c537f9414be7e752dfb9df7939bc5b4943bc7db28d38e74b5ac265ddf",
			"020e4aab7091c71c01b31963463e27eb17631adf2926129d50b3613496a4b41a"},
		{V301, 8166, 6171620, "393572555cfe9c15fd065aa9df0e9e91368cff81418b4d78025e9a4f57fe2ac4",
			"e5e6a09ed20903cb4abfcde8b89d1a40d4133a6fcff97001c690c21d97af3007"},
	} {
		lists, err := Wonderwords(c.version)
		if err != nil {
			t.Fatal(err)
		}
		if got := digest(len(lists.All), func(i int) string { return lists.All[i] }); len(lists.All) != c.all || got != c.allSHA256 {
			t.Errorf("%s: %d words with digest %s, want %d with %s", c.version, len(lists.All), got, c.all, c.allSHA256)
		}
		if got := digest(lists.Pairs.Len(), lists.Pairs.At); lists.Pairs.Len() != c.pairs || got != c.pairSHA256 {
			t.Errorf("%s: %d pairs with digest %s, want %d with %s", c.version, lists.Pairs.Len(), got, c.pairs, c.pairSHA256)
		}
	}
}

func digest(n int, at func(int) string) string {
	hash := sha256.New()
	for i := range n {
		if i > 0 {
			hash.Write([]byte("\n"))
		}
		hash.Write([]byte(at(i)))
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

func TestAnUnknownVersionIsRefusedByName(t *testing.T) {
	if _, err := Wonderwords("2.1"); err == nil || !strings.Contains(err.Error(), `"2.1"`) {
		t.Errorf("error %v, want one that names the version", err)
	}
}

func TestEnglishHasRULERsWordsInItsOrder(t *testing.T) {
	list := English()
	if len(list) != 370101 || list[0] != "a" || list[1] != "aa" {
		t.Errorf("%d words from %q on, want 370101 from a, aa on", len(list), list[:2])
	}
}

func TestDigestsAreThoseOfTheListsUnpacked(t *testing.T) {
	for name, path := range map[string]string{
		"nounlist.txt":      "wonderwords/nounlist.txt",
		"adjectivelist.txt": "wonderwords/adjectivelist.txt",
		"verblist.txt":      "wonderwords/verblist.txt",
	} {
		content, err := os.ReadFile(filepath.Join(shared.Dir(t, "data"), path))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := Digests()[name], fmt.Sprintf("%x", sha256.Sum256(content)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
