package hub

import (
	"os"
	"path/filepath"
	"strings"
)

// Environment holds the user's settings of the hub.
type Environment struct {
	// Cache is the folder of the cache. It is empty if not even a home folder is set. From names the environment
	// variable that set it.
	Cache, From string
	// Offline forbids downloads.
	Offline bool
	// Token is sent to the endpoint and to no other server. It may be empty.
	Token string
	// Endpoint is the address of the hub, without a slash at the end.
	Endpoint string
}

// defaultEndpoint is the address of the hub if HF_ENDPOINT is not set.
const defaultEndpoint = "https://huggingface.co"

// FromEnvironment returns the settings of HF_HUB_CACHE, HF_HOME, HF_HUB_OFFLINE, HF_TOKEN and HF_ENDPOINT, with the
// defaults of huggingface_hub.
func FromEnvironment(getenv func(string) string) Environment {
	e := Environment{Token: strings.TrimSpace(getenv("HF_TOKEN")), Endpoint: strings.TrimRight(getenv("HF_ENDPOINT"), "/")}
	if e.Endpoint == "" {
		e.Endpoint = defaultEndpoint
	}
	switch strings.ToUpper(getenv("HF_HUB_OFFLINE")) {
	case "1", "ON", "YES", "TRUE":
		e.Offline = true
	}
	e.Cache, e.From = cacheFolder(getenv)
	e.Cache = expand(e.Cache, getenv)
	return e
}

// cacheFolder returns the folder of the cache and the setting that it comes from.
func cacheFolder(getenv func(string) string) (folder, from string) {
	if folder = getenv("HF_HUB_CACHE"); folder != "" {
		return folder, "HF_HUB_CACHE"
	}
	if home := getenv("HF_HOME"); home != "" {
		return filepath.Join(home, "hub"), "HF_HOME"
	}
	if cache := getenv("XDG_CACHE_HOME"); cache != "" {
		return filepath.Join(cache, "huggingface", "hub"), "XDG_CACHE_HOME"
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".cache", "huggingface", "hub"), "the default"
	}
	return "", ""
}

// expand replaces a leading ~ and environment variables, as huggingface_hub does in these settings.
func expand(folder string, getenv func(string) string) string {
	if folder == "~" || strings.HasPrefix(folder, "~/") {
		folder = getenv("HOME") + folder[1:]
	}
	return os.Expand(folder, getenv)
}
