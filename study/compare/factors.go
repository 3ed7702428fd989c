package compare

func (x *index) factors(confidence float64) []Factor { return []Factor{} }
