package words

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
)

// Digests returns the SHA-256 of each embedded list, unpacked, by file name: "nounlist.txt".
func Digests() map[string]string {
	sums := map[string]string{}
	entries, err := files.ReadDir(".")
	if err != nil {
		panic("words: " + err.Error())
	}
	for _, entry := range entries {
		file, err := files.Open(entry.Name())
		if err != nil {
			panic("words: " + err.Error())
		}
		defer file.Close()
		plain, err := gzip.NewReader(file)
		if err != nil {
			panic("words: embedded " + entry.Name() + ": " + err.Error())
		}
		hash := sha256.New()
		if _, err := io.Copy(hash, plain); err != nil {
			panic("words: embedded " + entry.Name() + ": " + err.Error())
		}
		sums[strings.TrimSuffix(entry.Name(), ".gz")] = fmt.Sprintf("%x", hash.Sum(nil))
	}
	return sums
}
