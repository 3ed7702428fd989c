package backend

import (
	"debug/elf"
	"fmt"
	"os"
	"runtime"
)

// checkPlugin reads a plugin's headers before the system's loader does: of a half-written file the loader
// maps what is not there, and the program dies of a bus error instead of failing with a message.
func checkPlugin(path string) error {
	if runtime.GOOS != "linux" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("not a shared library: %w", err)
	}
	defer file.Close()
	for _, part := range file.Progs {
		if end := part.Off + part.Filesz; end > uint64(info.Size()) {
			return fmt.Errorf("truncated: %d bytes of at least %d", info.Size(), end)
		}
	}
	return nil
}
