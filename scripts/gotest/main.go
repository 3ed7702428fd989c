// Gotest runs go test with its own arguments. It prints what go test prints, a line for each package and the
// output of failed tests, and then how many tests ran, and how many were skipped and what they lack. Its exit
// status is that of go test.
//
//	go run ./scripts/gotest [-log FILE] [arguments of go test]
//
// With -log, everything that the tests print is also written to FILE.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
)

func main() {
	status, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
	}
	os.Exit(status)
}

// run runs go test and returns its status.
func run(args []string, out io.Writer) (int, error) {
	log := io.Discard
	if len(args) > 1 && args[0] == "-log" {
		file, err := os.Create(args[1])
		if err != nil {
			return 1, err
		}
		defer file.Close()
		log, args = file, args[2:]
	}
	// An interrupt also reaches go test, which ends. Its output until then is still read.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)

	command := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	command.Stderr = os.Stderr
	events, err := command.StdoutPipe()
	if err != nil {
		return 1, err
	}
	if err := command.Start(); err != nil {
		return 1, err
	}
	report := newReport(out, log)
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			report.add(line)
		}
		if err != nil {
			break
		}
	}
	err = command.Wait()
	report.end()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	} else if err != nil {
		return 1, err
	}
	return 0, nil
}
