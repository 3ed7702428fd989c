package backend

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
)

// FreeMemory returns the free memory of the backend's device in bytes, and whether it is known: it is on Linux, where
// the device is the CPU.
func FreeMemory(b *Backend) (free int64, known bool) {
	if name := kind(b.Found.Name); name == kindCUDA || name == kindOther {
		return 0, false
	}
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	free, known = availableMemory(info)
	if groupFree, limited := freeInGroup("/sys/fs/cgroup"); limited {
		free = min(free, groupFree)
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

// freeInGroup returns the free memory of a container's control group in bytes, if it has a limit. The group's file cache
// counts as free.
func freeInGroup(folder string) (int64, bool) {
	read := func(name string) (int64, bool) {
		raw, err := os.ReadFile(folder + "/" + name)
		if err != nil {
			return 0, false
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		return n, err == nil // without a limit it says max
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
