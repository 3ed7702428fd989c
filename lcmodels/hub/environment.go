package hub

import (
	"os"
	"path/filepath"
	"strings"
)

// Environment is what the user's settings say.
type Environment struct {
	// Cache is the folder of the cache, "" where not even a home folder is set; From is the setting that
	// names it.
	Cache, From string
	// Offline: nothing may be fetched.
	Offline bool
	// Token is sent to the endpoint, and to nobody else; "" for none.
	Token string
	// Endpoint is the hub's address, without a slash at the end.
	Endpoint string
}

// DefaultEndpoint is the hub's address where HF_ENDPOINT is not set.
const DefaultEndpoint = "https://huggingface.co"

// FromEnvironment reads HF_HUB_CACHE, HF_HOME, HF_HUB_OFFLINE, HF_TOKEN and HF_ENDPOINT, and what they
// default to, as Python does.
func FromEnvironment(getenv func(string) string) Environment {
	e := Environment{Token: strings.TrimSpace(getenv("HF_TOKEN")), Endpoint: strings.TrimRight(getenv("HF_ENDPOINT"), "/")}
	if e.Endpoint == "" {
		e.Endpoint = DefaultEndpoint
	}
	switch strings.ToUpper(getenv("HF_HUB_OFFLINE")) {
	case "1", "ON", "YES", "TRUE":
		e.Offline = true
	}
	e.Cache, e.From = cacheFolder(getenv)
	e.Cache = expand(e.Cache, getenv)
	return e
}

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

// expand replaces a ~ at the front and variables, as Python does with these settings.
func expand(folder string, getenv func(string) string) string {
	if folder == "~" || strings.HasPrefix(folder, "~/") {
		folder = getenv("HOME") + folder[1:]
	}
	return os.Expand(folder, getenv)
}
