package studytest

import (
	"os"
	"strconv"
	"strings"
)

// PeakMemory returns the most memory that the process has had, in bytes, and false where the system does not say.
func PeakMemory() (bytes int64, ok bool) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err == nil
		}
	}
	return 0, false
}
