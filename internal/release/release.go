// Package release says which version of the program this is.
package release

import "runtime/debug"

// Version returns the version that the build recorded, or its commit, or "unknown".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	if info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
