package ruler

type Metric string

const (
	MatchAll  Metric = "string_match_all"
	MatchPart Metric = "string_match_part"
)
