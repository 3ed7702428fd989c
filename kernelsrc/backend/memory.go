package backend

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
)

// FreeMemory returns how many bytes the backend's device can still give to buffers, and whether that is
// known: it is where the device's memory is the machine's and the system is Linux.
func FreeMemory(b *Backend) (free int64, known bool) {
	if b.Found.Name == string(kindCUDA) {
		return 0, false
	}
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	free, known = availableMemory(info)
	if left, limited := leftInGroup("/sys/fs/cgroup"); limited {
		free = min(free, left)
	}
	return free, known
}

// availableMemory reads MemAvailable from /proc/meminfo, in bytes.
func availableMemory(info []byte) (int64, bool) {
	lines := bufio.NewScanner(bytes.NewReader(info))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) >= 2 && fields[0] == "MemAvailable:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err == nil
		}
	}
	return 0, false
}

// leftInGroup returns what the control group of a container leaves, in bytes, if there is a limit. Of what the
// group uses, the file cache can be had back.
func leftInGroup(folder string) (int64, bool) {
	read := func(name string) (int64, bool) {
		raw, err := os.ReadFile(folder + "/" + name)
		if err != nil {
			return 0, false
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		return n, err == nil // no number: max, no limit
	}
	limit, limited := read("memory.max")
	used, ok := read("memory.current")
	if !limited || !ok {
		return 0, false
	}
	stat, _ := os.ReadFile(folder + "/memory.stat")
	lines := bufio.NewScanner(bytes.NewReader(stat))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 2 && fields[0] == "file" {
			if cache, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				used -= cache
			}
		}
	}
	return max(limit-used, 0), true
}
