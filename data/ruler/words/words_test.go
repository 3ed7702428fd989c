package words

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
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

// The digests are what sha256sum says of the files in the package wonderwords 2.2.0.
func TestDigestsAreThoseOfTheListsUnpacked(t *testing.T) {
	for name, want := range map[string]string{
		"nounlist.txt":      "0778f51872f2aa89e0745c0cc37471a13e3d2161a79fcfdc03b6390b10604a55",
		"adjectivelist.txt": "66814d46b7e292c83e839d12fe2fa083c8f66779b14b294e1be4e1342c5d4131",
		"verblist.txt":      "9fbf5e4e69b8869aebd88e6d545312ff9f878a747327ede5f6dbbba5c27b08ad",
	} {
		if got := Digests()[name]; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
