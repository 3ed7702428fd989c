package scripts

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// Every command in a block of CONTRIBUTING.md works, and tests that it names are there.
func TestTheCommandsForContributorsWork(t *testing.T) {
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		commands = append(commands, strings.Split(strings.TrimSpace(block[1]), "\n")...)
	}
	if len(commands) == 0 {
		t.Fatal("CONTRIBUTING.md has no commands")
	}
	for _, line := range commands {
		t.Run(line, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), "sh", "-c", line)
			command.Dir = ".."
			out, err := command.CombinedOutput()
			if err != nil || strings.Contains(string(out), "no tests to run") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// A file that a document of the root links to is there.
func TestLinksOfTheRootsDocumentsAreThere(t *testing.T) {
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		text, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			if _, err := os.Stat("../" + link[1]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
