package backend

import (
	"debug/elf"
	"fmt"
	"os"
	"runtime"
)

// checkPlugin checks that a plugin's file is a whole shared library. The system's loader maps a truncated file without a
// check, and the program ends with a bus error.
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
