package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func ExampleOpticks() {
	text := Opticks()
	fmt.Println(text.Name, "-", text.Licence)
	fmt.Println(len(strings.Fields(text.Text)), "words")
	// Output:
	// opticks - public domain
	// 100801 words
}

func TestOpticksIsTheFileOfItsNotice(t *testing.T) {
	notice, err := os.ReadFile("NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(notice), Opticks().Digest) {
		t.Errorf("digest %s is not in NOTICE", Opticks().Digest)
	}
}

func TestOpenReadsTheUsersOwnText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my.txt")
	if err := os.WriteFile(path, []byte("\ufeffEs war einmal\x1d ein König.\r\n\f\x1a"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "Es war einmal\x1d ein König.\r\n\f\x1a"
	if got.Name != "my.txt" || got.Origin != path || got.Text != want || got.Digest != digest(want) {
		t.Errorf("got %+v", got)
	}
}

func TestOpenWithoutPathIsOpticks(t *testing.T) {
	got, err := Open("")
	if err != nil || got != Opticks() {
		t.Errorf("got %s, %v", got.Name, err)
	}
}

func TestOpenSaysInOneLineWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an empty file":          {"", "the file is empty"},
		"nothing but space":      {" \n\t\r\n", "the file is empty"},
		"Latin-1":                {"K\xf6nig", "byte 0xf6 at offset 1"},
		"UTF-16":                 {"\xff\xfeh\x00i\x00", "byte 0xff at offset 0"},
		"a binary file":          {"\x7fELF\x02\x01\x00", "control character 0x02 at offset 4"},
		"text with a zero byte":  {"one\x00two", "control character 0x00 at offset 3"},
		"a text cut in a letter": {"na\xc3", "byte 0xc3 at offset 2"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "my.txt")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) ||
				strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
		})
	}
	for name, path := range map[string]string{"no such file": "no/such/file.txt", "a folder": t.TempDir(), "no end": "/dev/zero"} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
		})
	}
}
